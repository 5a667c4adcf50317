use metrics_core::LabelValue;

#[derive(LabelValue)]
#[label(rename_all = "UPPERCASE")]
struct Route(String);

fn main() {}
