use metrics_core::instrument_histogram;

#[instrument_histogram(unit = "bytes")]
fn answer() {}

fn main() {}
