use super::*;
use metrics_bench::{Subject, Workload};
use metrics_core::instrument_histogram;
use std::hint::black_box;
use std::time::Instant;

pub(crate) const TWO_CLOCK_READS: &str = "two clock reads";

/// Nothing.
#[instrument_histogram]
fn empty_function() {}

pub(crate) fn empty() -> Workload {
    let subjects = vec![
        Subject::new(TWO_CLOCK_READS, |_| {
            black_box(Instant::now().elapsed());
        }),
        Subject::new(OURS, |_| empty_function()),
    ];
    Workload::hot(subjects)
}
