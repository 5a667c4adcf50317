//! [OpenMetrics 1.0.0][spec]: the text format with units, creation times and an end mark, so that a page that
//! was cut off is noticed. And the draft of version 2.0.
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
//! What the specification forbids is left out, so that a strict reader takes every page:
//!
//! - Sum and count of a [histogram][histogram] whose sum may fall or means nothing: a bound is negative, the sum is, or an
//!   observation was NaN.
//! - Those of a [gauge histogram][gauge] whose sum is NaN, or negative without a bound that is.
//! - A [summary's][summary] sum that is negative or NaN, and values of quantiles that are negative.
//! - An [exemplar][exemplar] that lies beyond its bucket, or of which escapes make the labels' names too long, and all
//!   that stand elsewhere than on a counter or a bucket.
//! - A unit that is not the end of the family's name any more when that is escaped: `# UNIT` of the counter
//!   `a.b_seconds_total` where names have dots as `_dot_`.
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/
//! [histogram]: https://prometheus.io/docs/specs/om/open_metrics_spec/#histogram
//! [gauge]: https://prometheus.io/docs/specs/om/open_metrics_spec/#gaugehistogram
//! [summary]: https://prometheus.io/docs/specs/om/open_metrics_spec/#summary
//! [exemplar]: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars

use crate::encoder::{EncoderOptions, Format};
use crate::lines::{Dialect, Lines, push_all, push_escaped, push_name};
use metrics_core::Registry;
use metrics_core::model::{Desc, Timestamp};

/// The value of the `Content-Type` header.
pub const CONTENT_TYPE_LATEST: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";

/// This format, for those who choose among several.
pub const FORMAT: Format = Format {
    media_type: "application/openmetrics-text",
    version: "1.0.0",
    parameters: &[("charset", "utf-8")],
    has_escaping: true,
    is_experimental: false,
    encoder: |options| Box::new(Lines::new(&DIALECT, options)),
};

/// The draft of version 2.0, [2.0.0-rc0][spec], for clients that name it; it may still change.
///
/// A family is named as its samples are. A point is one line: histograms and summaries are values of several parts, with
/// native buckets, and behind a value stands when it was zero, and its exemplars, of which each needs a time.
///
/// ```
/// use metrics_core::{Histogram, Registry, registry::Definition};
/// use metrics_exposition::openmetrics;
/// use std::sync::Arc;
///
/// let registry = Registry::new();
/// let sizes = Arc::new(Histogram::new(&[1.0]));
/// registry.register(Definition::new("sizes", "Sizes."), Arc::clone(&sizes))?;
/// sizes.observe(0.5);
///
/// let page = String::from_utf8(openmetrics::FORMAT_2_0_0.generate_latest(&registry)).unwrap();
/// assert!(page.contains("\nsizes {count:1,sum:0.5,bucket:[1.0:1,+Inf:1]} st@1"));
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
///
/// Histograms must have a sum here: one that is not known is written as NaN. A summary whose count or sum is not known, or
/// whose sum is negative, cannot be written at all.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/
pub const FORMAT_2_0_0: Format = Format {
    version: "2.0.0",
    is_experimental: true,
    // Each point says when it was zero.
    encoder: |options| Box::new(Lines::new(&DIALECT_2_0_0, EncoderOptions { created: true, ..options })),
    ..FORMAT
};

static DIALECT: Dialect = Dialect {
    header: |out, family| comments(out, family, ""),
    is_strict: true,
    gauges_apart: false,
    is_composite: false,
    exemplars: true,
    earliest: Timestamp::MIN,
    timestamp: |out, timestamp| push_all(out, &[" ", &timestamp.to_string()]),
    end: b"# EOF\n",
};

static DIALECT_2_0_0: Dialect = Dialect {
    header: |out, family| comments(out, family, family.kind.value_suffix()),
    is_strict: true,
    gauges_apart: false,
    is_composite: true,
    exemplars: true,
    earliest: Timestamp::MIN,
    timestamp: |out, timestamp| push_all(out, &[" ", &timestamp.to_string()]),
    end: b"# EOF\n",
};

/// A whole registry as one page, without options.
///
/// Callable from any thread, several times at once. Callbacks run on the calling thread. Costs a pass over all
/// series and memory for the page.
pub fn generate_latest(registry: &Registry) -> Vec<u8> {
    FORMAT.generate_latest(registry)
}

/// `TYPE`, `UNIT` and `HELP`, in the order that the specification recommends.
fn comments(out: &mut Vec<u8>, family: &Desc, suffix: &str) {
    let mut line = |word, text: &dyn Fn(&mut Vec<u8>)| {
        push_all(out, &["# ", word, " "]);
        push_name(out, &family.name, suffix);
        push_all(out, &[" "]);
        text(out);
        push_all(out, &["\n"]);
    };
    line("TYPE", &|out| push_all(out, &[family.kind.as_str()]));
    if let Some(unit) = &family.unit {
        line("UNIT", &|out| push_all(out, &[unit]));
    }
    if !family.help.is_empty() {
        line("HELP", &|out| push_escaped(out, &family.help, b"\\\"\n"));
    }
}
