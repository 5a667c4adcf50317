use metrics_core::LabelValue;

#[derive(LabelValue)]
#[label(rename_all = "Snake")]
enum Method {
    Get,
}

fn main() {}
