use metrics_core::LabelValue;

#[derive(LabelValue)]
#[label(rename = "verb")]
enum Method {
    Get,
}

fn main() {}
