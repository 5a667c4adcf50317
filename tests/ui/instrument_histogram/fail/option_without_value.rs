use metrics_core::instrument_histogram;

#[instrument_histogram(into)]
fn answer() {}

fn main() {}
