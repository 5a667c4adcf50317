use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    seconds: f64,
}

fn main() {}
