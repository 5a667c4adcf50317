use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    Get,
    GET,
}

fn main() {}
