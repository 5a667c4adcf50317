use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "2xx")]
    success: bool,
}

fn main() {}
