use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Route(String, String);

fn main() {}
