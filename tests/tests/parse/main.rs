//! The parsers: what they take, what they refuse and how they say it, what bytes cannot do to them, and what they keep.

#[path = "../any_family/mod.rs"]
mod any_family;
mod bounded;
mod lax;
#[path = "../page/line.rs"]
mod line;
#[allow(dead_code, reason = "only some of its fields are of interest")]
#[path = "../messages/mod.rs"]
mod messages;
mod openmetrics_2;
mod protobuf;
mod random;
mod refused;
mod round_trip;

use metrics_core::model::MetricFamily;
use metrics_exposition::parse::ParseError;

/// What was read, as text, up to the first error.
fn show(families: impl Iterator<Item = Result<MetricFamily, ParseError>>) -> Vec<String> {
    let show = |family: Result<MetricFamily, ParseError>| match family {
        Ok(family) => {
            let (desc, samples) = (family.desc(), family.samples());
            let samples: Vec<String> = samples.iter().map(ToString::to_string).collect();
            format!("{} {:?} {:?} {:?} {samples:?}", desc.kind, desc.name, desc.help, desc.unit)
        }
        Err(error) => format!("{error} {:?}", error.fault()),
    };
    families.map(show).collect()
}
