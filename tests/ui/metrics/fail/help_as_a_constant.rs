use metrics_core::{Counter, Metrics};

const HELP: &str = "Help.";

#[derive(Metrics)]
struct M {
    #[metric(help = HELP)]
    field: Counter,
}

fn main() {}
