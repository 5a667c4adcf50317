use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels;

fn main() {}
