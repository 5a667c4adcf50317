use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "__name__")]
    name: bool,
}

fn main() {}
