use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(renam = "verb")]
    method: bool,
}

fn main() {}
