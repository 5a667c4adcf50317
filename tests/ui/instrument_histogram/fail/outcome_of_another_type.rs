use metrics_core::{Ended, instrument_histogram};

fn ended(_: &u16) -> Ended {
    Ended::Ok
}

#[instrument_histogram(outcome = ended)]
fn answer() -> u8 {
    1
}

fn main() {}
