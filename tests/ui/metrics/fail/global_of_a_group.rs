use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Counter,
}

fn used() {
    Inner::global().field.inc();
}

fn main() {}
