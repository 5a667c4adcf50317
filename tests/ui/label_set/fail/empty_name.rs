use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "")]
    method: bool,
}

fn main() {}
