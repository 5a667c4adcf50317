use metrics_core::{LabelSet, instrument_histogram};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[instrument_histogram(name = "answer_by_route", labels = Request { route })]
fn answer(route: &str) {}

fn main() {}
