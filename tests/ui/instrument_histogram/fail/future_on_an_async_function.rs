use metrics_core::instrument_histogram;

#[instrument_histogram(future)]
async fn answer() {}

fn main() {}
