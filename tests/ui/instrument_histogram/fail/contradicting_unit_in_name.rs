use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answer_bytes")]
fn answer() {}

fn main() {}
