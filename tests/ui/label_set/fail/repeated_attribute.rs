use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "verb", rename = "method")]
    method: bool,
}

fn main() {}
