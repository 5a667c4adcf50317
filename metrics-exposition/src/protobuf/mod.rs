//! Protobuf: messages [`io.prometheus.client.MetricFamily`][proto], each behind its length ([delimited][spec]). The
//! format that has a place for native histograms, and in which Prometheus asks for them.
//!
//! ```
//! use metrics_core::{Counter, Registry, registry::Definition};
//! use metrics_exposition::protobuf;
//! use std::sync::Arc;
//!
//! let registry = Registry::new();
//! registry.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new()))?;
//!
//! let page = protobuf::generate_latest(&registry);
//! let (length, message) = (usize::from(page[0]), &page[1..]);
//! assert_eq!(length, message.len());
//! assert!(message.starts_with(b"\x0a\x0ajobs_total\x12\x0aJobs done."));
//! # Ok::<(), metrics_core::RegisterError>(())
//! ```
//!
//! # What becomes of each type
//!
//! | type | message | name |
//! |---|---|---|
//! | counter | `COUNTER`, with exemplar and creation time | `…_total`: Prometheus takes the family's name for the sample's |
//! | gauge | `GAUGE` | as it is |
//! | histogram | `HISTOGRAM`: classic buckets, native ones, or both; exemplars; creation time | as it is |
//! | gauge histogram | `GAUGE_HISTOGRAM`, likewise | as it is; Prometheus stores `…_sum` and `…_count` |
//! | summary | `SUMMARY`, with creation time | as it is |
//! | info | `GAUGE` that is 1 | `…_info` |
//! | state set | `GAUGE` of 0 or 1 for each state, which is a label named like the family | as it is |
//! | unknown | `UNTYPED` | as it is |
//!
//! The message knows no infos and no state sets. As gauges they make the series that they make in OpenMetrics, which is
//! also what Java's client writes.
//!
//! - Values are doubles, so that a counter beyond 2^53 is rounded.
//! - Times of points are in milliseconds, rounded down. Prometheus takes the time 0 for none.
//! - Names have `_` for each character beyond `[a-zA-Z0-9_:]`, unless the reader asks for another
//!   [escaping](crate::EncoderOptions::escaping): Prometheus 2 refuses a page with any other one, and Prometheus 3 does not
//!   ask when it wants protobuf.
//! - A native histogram without observations and without a zero bucket has one span of no buckets, without which it would
//!   be taken for a classic one. Prometheus 2.42 takes it for one all the same, until something is observed.
//! - What is not known, as a sum, is absent; Prometheus stores 0 for it.
//!
//! # Large families
//!
//! The length of a message stands before it, so that all of a message has to be there before the first byte of it is
//! sent. A family of more than 256 KiB (some 3,000 counters) goes on in further messages with the same name, help, type
//! and unit, which Prometheus reads as one. Readers that keep one message for each name, as the Pushgateway does, would
//! lose all but the last; what the module `pushgateway` sends has whole families.
//!
//! [proto]: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
//! [spec]: https://prometheus.io/docs/instrumenting/exposition_formats/#protobuf-format

mod count;
mod families;
mod labels;
mod point;
mod quotes;
mod second;
pub(crate) mod wire;

use crate::encoder::Format;
use families::Families;
use metrics_core::Registry;

/// The value of the `Content-Type` header.
pub const CONTENT_TYPE_LATEST: &str = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; \
     encoding=delimited; escaping=underscores";

/// This format, for those who choose among several.
pub const FORMAT: Format = Format {
    media_type: "application/vnd.google.protobuf",
    version: "",
    parameters: &[("proto", "io.prometheus.client.MetricFamily"), ("encoding", "delimited")],
    has_escaping: true,
    is_experimental: false,
    encoder: |options| Box::new(Families::new(options)),
};

/// A whole registry as one page.
///
/// Callable from any thread, several times at once. Callbacks run on the calling thread. Costs a pass over all
/// series and memory for the page; see the module `http` for pages too large for that.
pub fn generate_latest(registry: &Registry) -> Vec<u8> {
    FORMAT.generate_latest(registry)
}

/// An encoder for readers that take a second message of a family for all of it.
#[cfg(feature = "pushgateway")]
pub(crate) fn whole_families() -> Box<dyn crate::Encoder> {
    Box::new(Families::whole(crate::EncoderOptions::default()))
}

#[cfg(test)]
mod tests;
