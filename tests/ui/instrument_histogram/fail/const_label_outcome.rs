use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answer", const_labels(outcome = "x"))]
fn add(a: u8) -> u8 {
    a + 1
}

fn main() {}
