use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    #[label(rename = "read")]
    Get,
    #[label(rename = "read")]
    Head,
}

fn main() {}
