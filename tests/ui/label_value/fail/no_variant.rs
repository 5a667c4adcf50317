use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {}

fn main() {}
