use metrics_core::{LabelSet, instrument_histogram};

#[derive(LabelSet)]
struct Request<'a> {
    outcome: &'a str,
}

#[instrument_histogram(name = "answer", labels = Request { outcome: "x" })]
fn answer() {}

fn main() {}
