use metrics_core::{Counter, Gauge, Histogram, Metrics, instrument_histogram};

#[derive(Metrics)]
struct Shop {
    /// Time to answer.
    answer: Histogram,
    /// Errors.
    errors: Counter,
    /// In progress.
    in_progress: Gauge,
}

#[instrument_histogram(into = Shop::global().answer, name = "answer")]
fn answer() {}

fn main() {}
