use metrics_core::{Info, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "shop")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    #[metric(rename = "version", unit = "widgets")]
    build: Info,
}

fn main() {}
