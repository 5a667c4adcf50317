use metrics_core::instrument_histogram;

#[instrument_histogram(name = "my-time")]
fn add(a: u8) -> u8 {
    a + 1
}

fn main() {}
