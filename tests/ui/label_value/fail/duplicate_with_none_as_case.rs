use metrics_core::LabelValue;

#[derive(LabelValue)]
#[label(rename_all = "none")]
enum Method {
    #[label(rename = "Post")]
    Get,
    Post,
}

fn main() {}
