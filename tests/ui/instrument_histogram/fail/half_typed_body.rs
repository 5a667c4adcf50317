use metrics_core::instrument_histogram;

#[instrument_histogram]
fn answer(route: &str) -> usize {
    let length = route.;
    length
}

fn main() {}
