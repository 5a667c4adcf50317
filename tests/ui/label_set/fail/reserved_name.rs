use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    __name__: bool,
}

fn main() {}
