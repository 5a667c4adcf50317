use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "job:kind")]
    kind: bool,
}

fn main() {}
