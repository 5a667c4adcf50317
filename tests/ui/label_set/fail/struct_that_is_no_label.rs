use metrics_core::LabelSet;

struct Method;

#[derive(LabelSet)]
struct Labels {
    method: Method,
}

fn main() {}
