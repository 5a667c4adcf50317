use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    #[label(rename = 5)]
    Get,
}

fn main() {}
