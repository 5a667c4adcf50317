use metrics_core::instrument_histogram;

#[instrument_histogram(future)]
fn answer() -> u8 {
    1
}

fn main() {}
