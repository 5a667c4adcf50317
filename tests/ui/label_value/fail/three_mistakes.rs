use metrics_core::{Counter, Family, LabelSet, LabelValue};

#[derive(LabelValue)]
#[label(rename_al = "UPPERCASE")]
enum Method {
    Get,
    #[label(rename = "get")]
    Head,
    Other(String),
}

#[derive(LabelSet)]
struct Request {
    method: Method,
}

fn used(requests: &Family<Request, Counter>) {
    requests.with(&Request { method: Method::Get }).inc();
}

fn main() {}
