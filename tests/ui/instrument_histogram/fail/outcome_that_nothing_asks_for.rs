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

fn ended(_: &u8) -> metrics_core::Ended {
    metrics_core::Ended::Ok
}

#[instrument_histogram(into = Shop::global().answer, outcome = ended)]
fn answer() -> u8 {
    1
}

fn main() {}
