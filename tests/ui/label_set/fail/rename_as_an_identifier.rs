use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename = verb)]
    method: bool,
}

fn main() {}
