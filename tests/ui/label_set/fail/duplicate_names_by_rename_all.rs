use metrics_core::LabelSet;

#[derive(LabelSet)]
#[label(rename_all = "snake_case")]
struct Labels {
    http_method: bool,
    #[allow(non_snake_case)]
    httpMethod: bool,
}

fn main() {}
