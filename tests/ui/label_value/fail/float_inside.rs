use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Price(f64);

fn main() {}
