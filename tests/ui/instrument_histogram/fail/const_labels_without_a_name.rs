use metrics_core::instrument_histogram;

#[instrument_histogram(const_labels(kind = "x"))]
fn answer() {}

fn main() {}
