use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    Get,
    #[label(skip)]
    Head,
}

fn main() {}
