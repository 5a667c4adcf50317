use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
enum M {
    Field(Counter),
}

fn main() {}
