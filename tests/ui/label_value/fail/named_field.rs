use metrics_core::LabelValue;

#[derive(LabelValue)]
struct Route {
    path: String,
}

fn main() {}
