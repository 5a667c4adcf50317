#![allow(non_snake_case)]

use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    ordersPaid: Counter,
}

fn main() {}
