use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename_all = "snake_case")]
    method: bool,
}

fn main() {}
