use super::*;
use measured::metric::histogram::Thresholds;
use metrics_bench::{PERIOD, Random, Subject, Workload};
use metrics_core::{DEFAULT_BUCKETS, Histogram, NativeOptions, exponential};
use prometheus::HistogramOpts;
use prometheus_client::metrics::histogram::NativeHistogramConfig;

pub(crate) fn eleven() -> Workload {
    Workload::hot(subjects(DEFAULT_BUCKETS))
}

pub(crate) fn thirty() -> Workload {
    Workload::hot(subjects(exponential::<30>(1e-3, 1.5)))
}

/// Buckets that grow by 1.1, from a millisecond to an hour: about 160.
pub(crate) fn native() -> Workload {
    let inputs = Random::inputs(4, |random| 1e-3 * 3.6e6f64.powf(random.unit()));
    let options = NativeOptions::DEFAULT.max_buckets(1_000);
    let ours = keep(Histogram::native(options));
    let both = keep(Histogram::with_native(&DEFAULT_BUCKETS, options));
    let classic = keep(Histogram::default());
    let config = NativeHistogramConfig::new(1.1).max_buckets(1_000);
    let client = keep(prometheus_client::metrics::histogram::Histogram::new_native(config));
    // What is measured is not how buckets are made.
    for input in inputs {
        client.observe(*input);
        ours.observe(*input);
        both.observe(*input);
    }
    Workload::hot(vec![
        Subject::new(CLIENT, |i| client.observe(inputs[i % PERIOD])),
        Subject::new(OURS, |i| ours.observe(inputs[i % PERIOD])),
        Subject::new(OURS_BOTH, |i| both.observe(inputs[i % PERIOD])),
        Subject::new(OURS_CLASSIC, |i| classic.observe(inputs[i % PERIOD])),
    ])
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
