use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels(bool);

fn main() {}
