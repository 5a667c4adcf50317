use metrics_core::instrument_histogram;

trait Add {
    #[instrument_histogram]
    fn add(&self) -> u8;
}

fn main() {}
