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

#[instrument_histogram(into = Shop::global().answer, bucket = [1.0], unit = Minutes)]
const fn answer() {}

fn main() {}
