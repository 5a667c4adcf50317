use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answer_ms")]
fn answer() {}

fn main() {}
