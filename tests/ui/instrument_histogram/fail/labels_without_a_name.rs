use metrics_core::{LabelSet, instrument_histogram};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[instrument_histogram(labels = Request { route })]
fn answer(route: &str) {}

fn main() {}
