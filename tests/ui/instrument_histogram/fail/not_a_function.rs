use metrics_core::instrument_histogram;

#[instrument_histogram]
struct Add;

fn main() {}
