use metrics_core::LabelSet;

#[derive(LabelSet)]
#[label(rename = "verb")]
struct Labels {
    method: bool,
}

fn main() {}
