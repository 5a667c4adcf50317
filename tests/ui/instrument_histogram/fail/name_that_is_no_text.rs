use metrics_core::instrument_histogram;

#[instrument_histogram(name = answer)]
fn answer() {}

fn main() {}
