use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    #[label(renam = "a")]
    Get,
}

fn main() {}
