use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method<T> {
    Get,
}

fn main() {}
