use metrics_core::instrument_histogram;

#[instrument_histogram]
fn add() -> u8 {
    "text"
}

#[instrument_histogram]
async fn add_async() -> u8 {
    if true {
        return 'c';
    }
    "text"
}

fn main() {}
