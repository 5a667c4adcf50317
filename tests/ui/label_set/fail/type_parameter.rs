use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels<T> {
    method: T,
}

fn main() {}
