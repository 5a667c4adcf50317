use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method<const N: usize> {
    Get,
}

fn main() {}
