use metrics_core::instrument_histogram;

#[instrument_histogram(future)]
fn answer() -> std::future::Ready<u8> {
    std::future::ready(1)
}

fn main() {}
