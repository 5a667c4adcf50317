use super::*;
use measured::metric::histogram::Thresholds;
use metrics_bench::{PERIOD, Random, Subject, Workload};
use metrics_core::{DEFAULT_BUCKETS, Histogram, exponential};
use prometheus::HistogramOpts;

pub(crate) fn eleven() -> Workload {
    Workload::hot(subjects(DEFAULT_BUCKETS))
}

pub(crate) fn thirty() -> Workload {
    Workload::hot(subjects(exponential::<30>(1e-3, 1.5)))
}

fn subjects<const N: usize>(bounds: [f64; N]) -> Vec<Subject> {
    // As many in each bucket.
    let inputs = Random::inputs(3, |random| 1e-3 * (bounds[N - 1] * 2e3).powf(random.unit()));
    let ours = keep(Histogram::new(&bounds));
    let opts = HistogramOpts::new("a", "b").buckets(bounds.to_vec());
    let prometheus = keep(prometheus::Histogram::with_opts(opts).unwrap());
    let client = keep(prometheus_client::metrics::histogram::Histogram::new(bounds));
    let measured = keep(measured::Histogram::with_metadata(Thresholds::with_buckets(bounds)));
    vec![
        Subject::new(CLIENT, |i| client.observe(inputs[i % PERIOD])),
        Subject::new(OURS, |i| ours.observe(inputs[i % PERIOD])),
        Subject::new(PROMETHEUS, |i| prometheus.observe(inputs[i % PERIOD])),
        Subject::new(MEASURED, |i| measured.observe(inputs[i % PERIOD])),
    ]
}
