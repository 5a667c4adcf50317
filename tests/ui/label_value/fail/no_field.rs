use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Method();

fn main() {}
