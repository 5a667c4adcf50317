use metrics_core::{LabelSet, LabelValue};

#[derive(LabelValue)]
enum Method {
    Get,
    #[label(rename = "")]
    Unknown,
}

#[derive(LabelSet)]
struct Labels {
    method: Option<Method>,
}

fn main() {}
