use metrics_core::instrument_histogram;

#[instrument_histogram(help = " ")]
fn answer() {}

fn main() {}
