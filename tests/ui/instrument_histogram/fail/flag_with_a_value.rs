use metrics_core::instrument_histogram;

#[instrument_histogram(future = true)]
fn answer() -> impl Future<Output = ()> {
    async {}
}

fn main() {}
