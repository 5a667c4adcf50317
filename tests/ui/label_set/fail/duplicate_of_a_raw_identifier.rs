use metrics_core::LabelSet;

#[derive(LabelSet)]
struct Labels {
    r#type: bool,
    #[label(rename = "type")]
    kind: bool,
}

fn main() {}
