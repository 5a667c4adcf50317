use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    done: Counter,
}

#[derive(Metrics)]
struct M {
    #[metric(group, multiprocess = "sum")]
    inner: Inner,
}

fn main() {}
