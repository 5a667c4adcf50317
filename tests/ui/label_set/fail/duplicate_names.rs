use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    method: bool,
    #[label(rename = "method")]
    other: bool,
}

fn main() {}
