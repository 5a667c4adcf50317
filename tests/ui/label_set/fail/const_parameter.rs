use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels<const N: usize> {
    method: bool,
}

fn main() {}
