use metrics_core::instrument_histogram;

#[instrument_histogram(unit = Milliseconds)]
fn answer() {}

fn main() {}
