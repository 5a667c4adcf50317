use metrics_core::LabelSet;

#[derive(LabelSet)]
#[label(rename_all = "Snake")]
struct Labels {
    method: bool,
}

fn main() {}
