use metrics_core::{Histogram, LabelSet, Metrics, instrument_histogram};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[derive(Metrics)]
struct Shop {
    /// Time to answer.
    answer: Histogram,
}

#[instrument_histogram(into = Shop::global().answer, labels = Request { route })]
fn answer(route: &str) {}

fn main() {}
