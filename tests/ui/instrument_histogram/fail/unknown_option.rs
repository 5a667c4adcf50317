use metrics_core::instrument_histogram;

#[instrument_histogram(bucket = [0.1, 1.0])]
fn add(a: u8) -> u8 {
    a + 1
}

fn main() {
    add(1);
}
