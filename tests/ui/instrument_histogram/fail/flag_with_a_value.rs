use metrics_core::instrument_histogram;

#[instrument_histogram(future = true)]
async fn answer() {}

fn main() {}
