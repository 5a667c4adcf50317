//! [OpenMetrics 1.0.0][spec]: the text format with units, creation times and an end mark, so that a page that
//! was cut off is noticed.
//!
//! ```
//! use metrics_core::{Gauge, Registry, model::Unit, registry::Definition};
//! use metrics_exposition::openmetrics;
//! use std::sync::Arc;
//!
//! let registry = Registry::new();
//! let uptime = Definition { unit: Some(Unit::Seconds), ..Definition::new("uptime", "Time since start.") };
//! registry.register(uptime, Arc::new(Gauge::new()))?;
//!
//! assert_eq!(String::from_utf8(openmetrics::generate_latest(&registry)).unwrap(), "\
//! ## TYPE uptime_seconds gauge
//! ## UNIT uptime_seconds seconds
//! ## HELP uptime_seconds Time since start.
//! uptime_seconds 0
//! ## EOF
//! ");
//! # Ok::<(), metrics_core::RegisterError>(())
//! ```
//!
//! A histogram whose sum means nothing (an observation was NaN, or a bound is negative, so that the sum may
//! fall) is written without `_sum` and `_count`, as the specification's [section on histograms][histogram]
//! demands.
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/
//! [histogram]: https://prometheus.io/docs/specs/om/open_metrics_spec/#histogram

use crate::encoder::{Encoder, Format};
use crate::lines::{Dialect, Lines, push_all, push_escaped};
use metrics_core::Registry;
use metrics_core::model::{Desc, Timestamp};

/// The value of the `Content-Type` header.
pub const CONTENT_TYPE_LATEST: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// This format, for those who choose among several.
pub const FORMAT: Format = Format {
    media_type: "application/openmetrics-text",
    version: "1.0.0",
    parameters: &[],
    content_type: CONTENT_TYPE_LATEST,
    encoder: || encoder(Options::default()),
};

static DIALECT: Dialect = Dialect {
    header,
    sum_must_mean_something: true,
    gauge_sums_apart: false,
    exemplars: true,
    earliest: Timestamp::MIN,
    timestamp: |out, timestamp| push_all(out, &[" ", &timestamp.to_string()]),
    end: b"# EOF\n",
};

/// What is written beyond the necessary.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Options {
    /// A sample `…_created` for each counter and histogram: when it was zero, in seconds since 1970.
    ///
    /// Off by default: Prometheus stores each as a series of its own, unless it is told otherwise, and that
    /// doubles the number of a counter's series.
    pub created: bool,
}

/// An encoder with these options.
///
/// ```
/// use metrics_core::{Counter, Registry, registry::Definition};
/// use metrics_exposition::openmetrics::{self, Options};
/// use std::sync::Arc;
///
/// let registry = Registry::new();
/// registry.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new()))?;
///
/// let mut encoder = openmetrics::encoder(Options { created: true });
/// encoder.encode(&registry);
/// assert!(std::str::from_utf8(encoder.as_bytes()).unwrap().contains("\njobs_created 1"));
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
pub fn encoder(options: Options) -> Box<dyn Encoder> {
    Box::new(Lines::new(&DIALECT, options.created))
}

/// A whole registry as one page, without creation times.
///
/// Callable from any thread, several times at once. Callbacks run on the calling thread. Costs a pass over all
/// series and memory for the page.
pub fn generate_latest(registry: &Registry) -> Vec<u8> {
    FORMAT.generate_latest(registry)
}

/// `TYPE`, `UNIT` and `HELP`, in the order that the specification recommends, with the family's name.
fn header(out: &mut Vec<u8>, family: &Desc) {
    push_all(out, &["# TYPE ", &family.name, " ", family.kind.as_str(), "\n"]);
    if let Some(unit) = &family.unit {
        push_all(out, &["# UNIT ", &family.name, " ", unit, "\n"]);
    }
    if !family.help.is_empty() {
        push_all(out, &["# HELP ", &family.name, " "]);
        push_escaped(out, &family.help, b"\\\"\n");
        out.push(b'\n');
    }
}
