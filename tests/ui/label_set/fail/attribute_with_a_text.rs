use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label("verb")]
    method: bool,
}

fn main() {}
