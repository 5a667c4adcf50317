use metrics_core::{Counter, Metrics, instrument_histogram};

#[derive(Metrics)]
struct Shop {
    /// Answers.
    answers: Counter,
}

#[instrument_histogram(into = Shop::global().answers)]
fn answer() {}

fn main() {}
