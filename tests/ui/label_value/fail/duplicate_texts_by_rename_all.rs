use metrics_core::LabelValue;

#[derive(LabelValue)]
#[label(rename_all = "lowercase")]
enum Method {
    NotFound,
    Notfound,
}

fn main() {}
