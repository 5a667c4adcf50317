use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Link {
    /// Help.
    field: Counter,
}

#[derive(Metrics)]
struct M {
    #[metric(group, max_series = 5)]
    link: Link,
}

fn main() {}
