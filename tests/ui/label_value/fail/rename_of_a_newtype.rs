use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Route(#[label(rename = "x")] String);

fn main() {}
