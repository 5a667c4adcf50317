//! A struct whose instance cannot be made does not blank the page of the others.

use metrics_core::testing::sample_value;
use metrics_core::{Counter, Metrics, RegisterError, Registry};

struct Broken;

impl Default for Broken {
    fn default() -> Self {
        panic!("cannot be made")
    }
}

#[derive(Metrics)]
#[metrics(prefix = "broken")]
struct BrokenMetrics {
    /// Never shown.
    #[allow(dead_code, reason = "never made")]
    #[metric(allow(reserved_suffix))]
    count: Counter,
    #[metric(skip)]
    #[allow(dead_code, reason = "never made")]
    broken: Broken,
}

#[derive(Metrics)]
#[metrics(prefix = "whole")]
struct WholeMetrics {
    /// Shown.
    #[metric(allow(reserved_suffix))]
    count: Counter,
}

#[test]
fn the_others_are_shown() {
    WholeMetrics::global().count.inc();
    assert_eq!(sample_value(Registry::global(), "whole_count_total", &[]), Some(1.0));
    let error = Registry::global().check().unwrap_err();
    let [RegisterError::Panicked { name, .. }] = &error.errors[..] else { panic!("{error}") };
    assert_eq!(
        (name.as_str(), &error.names[..]),
        ("BrokenMetrics", &["broken_instance::BrokenMetrics".to_owned()][..])
    );
}
