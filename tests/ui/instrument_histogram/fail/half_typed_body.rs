use metrics_core::instrument_histogram;

#[instrument_histogram]
fn answer(route: &str) -> usize {
    let _length = route.;
    1
}

fn main() {}
