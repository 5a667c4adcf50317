use metrics_core::LabelSet;

#[derive(LabelSet)]
enum Labels {
    Method,
}

fn main() {}
