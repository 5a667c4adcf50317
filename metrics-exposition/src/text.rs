//! The Prometheus text format, [version 0.0.4][spec], which every scraper reads, and 1.0.0.
//!
//! ```
//! use metrics_core::{Counter, Registry, registry::Definition};
//! use metrics_exposition::text;
//! use std::sync::Arc;
//!
//! let registry = Registry::new();
//! registry.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new()))?;
//!
//! let page = text::generate_latest(&registry);
//! assert_eq!(page, b"# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 0\n");
//! # Ok::<(), metrics_core::RegisterError>(())
//! ```
//!
//! The format has no units, no creation times and no exemplars; OpenMetrics has. Of the types that it does not know, an
//! info and a state set are written as gauges, an unknown as untyped, and a gauge histogram as a histogram, with its sum
//! and its count as gauges `…_gsum` and `…_gcount` behind it. Creation times, if they are
//! [asked for](crate::EncoderOptions::created), are gauges `…_created` behind the family; what is behind it is kept in
//! memory until its end. A histogram that is native only has one bucket, `+Inf`. A point with a time before 1970 is left
//! out: Prometheus refuses a page of this format that has one.
//!
//! [spec]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

use crate::encoder::Format;
use crate::lines::{Dialect, Lines, push_all, push_escaped, push_name};
use metrics_core::Registry;
use metrics_core::model::{Desc, Kind, Timestamp};

/// The value of the `Content-Type` header.
pub const CONTENT_TYPE_LATEST: &str = "text/plain; version=0.0.4; charset=utf-8";

/// This format, for those who choose among several. Its readers know no names but those with underscores: no client can
/// ask for others, and whoever makes an encoder with another escaping must know who reads it.
pub const FORMAT: Format = Format {
    media_type: "text/plain",
    version: "0.0.4",
    parameters: &[("charset", "utf-8")],
    has_escaping: false,
    is_experimental: false,
    encoder: |options| Box::new(Lines::new(&DIALECT, options)),
};

/// Version 1.0.0, which differs in that a client can ask for names as they are, or escaped in another way.
pub const FORMAT_1_0_0: Format = Format { version: "1.0.0", has_escaping: true, ..FORMAT };

static DIALECT: Dialect = Dialect {
    header,
    is_strict: false,
    gauges_apart: true,
    is_composite: false,
    exemplars: false,
    earliest: Timestamp::from_nanos(0),
    timestamp: |out, timestamp| push_all(out, &[" ", &timestamp.as_millis().to_string()]),
    end: b"",
};

/// A whole registry as one page.
///
/// Callable from any thread, several times at once. Callbacks run on the calling thread. Costs a pass over all
/// series and memory for the page; see the module `http` for pages too large for that.
pub fn generate_latest(registry: &Registry) -> Vec<u8> {
    FORMAT.generate_latest(registry)
}

/// `HELP` and `TYPE`, with the name that the samples have.
fn header(out: &mut Vec<u8>, family: &Desc) {
    let suffix = family.kind.value_suffix();
    let kind = match family.kind {
        Kind::GaugeHistogram => "histogram",
        Kind::Info | Kind::StateSet => "gauge",
        Kind::Unknown => "untyped",
        kind => kind.as_str(),
    };
    if !family.help.is_empty() {
        push_all(out, &["# HELP "]);
        push_name(out, &family.name, suffix);
        push_all(out, &[" "]);
        push_escaped(out, &family.help, b"\\\n");
        out.push(b'\n');
    }
    push_all(out, &["# TYPE "]);
    push_name(out, &family.name, suffix);
    push_all(out, &[" ", kind, "\n"]);
}
