use metrics_core::{Histogram, Metrics, instrument_histogram};

#[derive(Metrics)]
struct Shop {
    /// Time to answer.
    answer: Histogram,
}

#[instrument_histogram(into = Shop::global().answer, allow(camel_case))]
fn answer() {}

fn main() {}
