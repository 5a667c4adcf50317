use metrics_core::instrument_histogram;

#[instrument_histogram(buckets = [1.0, 0.1])]
fn add(a: u8) -> u8 {
    a + 1
}

fn main() {}
