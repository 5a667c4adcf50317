use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answerTime")]
fn answer() {}

fn main() {}
