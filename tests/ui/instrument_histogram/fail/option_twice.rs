use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answer", name = "reply")]
fn answer() {}

fn main() {}
