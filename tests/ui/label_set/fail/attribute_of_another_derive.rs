use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[metric(rename = "verb")]
    method: bool,
}

fn main() {}
