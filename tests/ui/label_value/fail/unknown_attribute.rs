use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    #[label(rename = "a")]
    Get,
}

fn main() {}
