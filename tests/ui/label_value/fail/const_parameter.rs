use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Route<const N: usize>(String);

fn main() {}
