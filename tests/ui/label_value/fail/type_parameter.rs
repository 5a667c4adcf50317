use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Route<T>(T);

fn main() {}
