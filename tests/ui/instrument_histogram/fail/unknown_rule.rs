use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answer_ms", allow(abreviated_unit))]
fn answer() {}

fn main() {}
