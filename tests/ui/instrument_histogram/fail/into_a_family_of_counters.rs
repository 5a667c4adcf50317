use metrics_core::{Counter, Family, LabelSet, Metrics, instrument_histogram};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[derive(Metrics)]
struct Shop {
    /// Answers.
    answers: Family<Request<'static>, Counter>,
}

#[instrument_histogram(into = Shop::global().answers, labels = Request { route })]
fn answer(route: &str) {}

fn main() {}
