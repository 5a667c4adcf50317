use metrics_core::LabelValue;

#[derive(LabelValue)]
enum Method {
    #[label(rename_all = "UPPERCASE")]
    Get,
}

fn main() {}
