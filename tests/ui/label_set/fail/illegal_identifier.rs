use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    größe: bool,
}

fn main() {}
