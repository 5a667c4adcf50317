use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    #[label(rename = "a", rename = "b")]
    Get,
}

fn main() {}
