use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    Get,
    Other { name: String },
}

fn main() {}
