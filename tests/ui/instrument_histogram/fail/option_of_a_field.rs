use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answer", max_series = 500)]
fn answer() {}

fn main() {}
