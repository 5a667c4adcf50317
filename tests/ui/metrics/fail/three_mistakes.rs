use metrics_core::{Counter, Histogram, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop")]
struct M {
    no_help: Counter,
    /// Help.
    #[metric(bukets = [0.1, 1.0])]
    unknown: Histogram,
    /// Help.
    #[metric(rename = "http-requests")]
    illegal: Counter,
}

impl M {
    fn used() -> M {
        M::global().no_help.inc();
        M::new()
    }
}

fn main() {}
