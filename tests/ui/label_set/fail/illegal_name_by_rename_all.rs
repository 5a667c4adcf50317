use metrics_core::LabelSet;

#[derive(LabelSet)]
#[label(rename_all = "kebab-case")]
struct Labels {
    http_method: bool,
}

fn main() {}
