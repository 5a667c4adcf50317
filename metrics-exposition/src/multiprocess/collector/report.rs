//! What a collector says of itself.

use super::scan::Report;
use crate::multiprocess::merge::{Table, owned};
use crate::multiprocess::reader::Skip;
use metrics_core::model::{Desc, Kind, Labels, MetricFamily, Number, Point};

/// A family of a collector's own.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) desc: Desc,
    /// Labels, and values.
    pub(super) points: Vec<(String, u64)>,
}

impl Own {
    fn new(name: &str, help: &str, kind: Kind, points: impl IntoIterator<Item = (String, u64)>) -> Self {
        Self { desc: Desc::new(name, help, kind), points: points.into_iter().collect() }
    }

    pub(super) fn owned(&self) -> Option<MetricFamily> {
        owned(&self.desc, self.points())
    }

    pub(super) fn points(&self) -> impl Iterator<Item = (&str, Point<'static>)> {
        self.points.iter().map(|(labels, value)| {
            let value = Number::U64(*value);
            let point = match self.desc.kind {
                Kind::Counter => Point::Counter { value, exemplar: None, created: None },
                _ => Point::Gauge { value, exemplar: None },
            };
            (labels.as_str(), point)
        })
    }
}

/// All of them.
pub(super) fn families(report: Option<&Report>, table: &Table, compaction_errors: u64) -> Vec<Own> {
    let label = |name: &str, value: &str| Labels::render([(name, value)]);
    let of = |count: fn(&Report) -> u64| report.map_or(0, count);
    let files = [
        ("alive", of(|report| report.alive)),
        ("dead", of(|report| report.dead)),
        ("python", of(|report| report.python)),
    ];
    let skipped = Skip::ALL.into_iter().map(|skip| {
        let count = report.and_then(|report| report.skipped.get(&skip)).copied().unwrap_or(0);
        (label("reason", skip.as_str()), count)
    });
    let conflicts = table.conflicts().map(|(family, conflict, count)| {
        (Labels::render([("family", family), ("reason", &conflict.to_string())]), count)
    });
    vec![
        Own::new(
            "metrics_multiprocess_compaction_errors",
            "Times that what dead processes left could not be compacted.",
            Kind::Counter,
            [(String::new(), compaction_errors)],
        ),
        Own::new(
            "metrics_multiprocess_conflicts",
            "Things of processes that do not fit to those of others, by family and reason.",
            Kind::Gauge,
            conflicts,
        ),
        Own::new(
            "metrics_multiprocess_directory_readable",
            "Whether the directory could be read.",
            Kind::Gauge,
            [(String::new(), u64::from(report.is_some()))],
        ),
        Own::new(
            "metrics_multiprocess_files",
            "Files that were read, by whether their process lives; Python's do not say that.",
            Kind::Gauge,
            files.map(|(state, count)| (label("state", state), count)),
        ),
        Own::new(
            "metrics_multiprocess_skipped_files",
            "Files that were passed over, or the rest of them, by the reason.",
            Kind::Gauge,
            skipped,
        ),
    ]
}
