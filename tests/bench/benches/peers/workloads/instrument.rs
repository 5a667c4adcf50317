use super::*;
use crate::labels::{Enums, Method, Status};
use metrics_bench::{Subject, Workload};
use metrics_core::{Family, Histogram, Metrics, Outcome, instrument_histogram};
use std::hint::black_box;
use std::time::Instant;

pub(crate) const TWO_CLOCK_READS: &str = "two clock reads";
pub(crate) const AND_ONE_OBSERVE: &str = "two clock reads and one observe";
pub(crate) const OURS_INTO: &str = "metrics-core, into a field with 2 enum labels";

/// What a program has.
#[derive(Metrics)]
struct Instrumented {
    /// Time that functions took.
    #[metric(unit = Seconds)]
    duration: Family<Enums, Histogram>,
}

/// Nothing.
#[instrument_histogram]
fn empty_function() {}

/// Nothing.
#[instrument_histogram(into = Instrumented::global().duration, labels = Enums {
    method: Method::Get,
    status: |outcome| if let Outcome::Returned(()) = outcome { Status::Ok } else { Status::Failed },
})]
fn empty_into() {}

pub(crate) fn empty() -> Workload {
    let histogram = keep(Histogram::default());
    let subjects = vec![
        Subject::new(TWO_CLOCK_READS, |_| {
            black_box(Instant::now().elapsed());
        }),
        Subject::new(AND_ONE_OBSERVE, |_| {
            let start = Instant::now();
            histogram.observe_duration(start.elapsed());
        }),
        Subject::new(OURS, |_| empty_function()),
        Subject::new(OURS_INTO, |_| empty_into()),
    ];
    Workload::hot(subjects)
}
