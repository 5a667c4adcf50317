use metrics_core::instrument_histogram;

#[instrument_histogram(name = "answerTime", allow(camel_case))]
fn answer() {}

fn main() {
    answer();
}
