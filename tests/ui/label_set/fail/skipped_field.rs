use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    method: bool,
    #[label(skip)]
    other: u8,
}

fn main() {}
