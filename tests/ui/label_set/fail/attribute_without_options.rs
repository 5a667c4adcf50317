use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label]
    method: bool,
}

fn main() {}
