use metrics_core::instrument_histogram;

#[instrument_histogram(skip_on = |_| 1)]
fn answer() -> u8 {
    1
}

fn main() {}
