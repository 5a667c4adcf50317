use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    Get,
    #[label(rename = "get")]
    Other,
}

fn main() {}
