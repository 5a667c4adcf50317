//! What is made ready once for each family.

use super::Dialect;
use super::head::{Head, Le};
use crate::escaping::{family_name, label_name};
use crate::lines::{push_all, push_label_name, push_quoted};
use metrics_core::model::{Desc, Kind, Labels};
use metrics_core::name::{EscapingScheme, is_legacy_label_name};
use std::borrow::Cow;

#[derive(Debug, Default)]
pub(super) struct Family {
    escaping: EscapingScheme,
    /// What the names of its samples begin with, escaped.
    name: String,
    /// The label that a state set's states are values of.
    state_label: String,
    /// Whether its labels may have names that are to be escaped, or its points are lines of their own kind.
    pub(super) is_odd: bool,
    pub(super) kind: Option<Kind>,
    /// The comment lines.
    pub(super) header: Vec<u8>,
    /// Those of the gauges behind the family: sum and count of a gauge histogram, or creation times.
    pub(super) headers_behind: [Vec<u8>; 2],
    /// The constant labels for which the heads were made.
    pub(super) scope: String,
    pub(super) value: Head,
    pub(super) bucket: Head,
    pub(super) sum: Head,
    pub(super) count: Head,
    pub(super) created: Head,
    /// The bounds for which `les` was made.
    bounds: Vec<f64>,
    pub(super) les: Vec<Le>,
    /// `name_bucket{labels,le="`, or `name{labels,quantile="` or the like, of the series at hand.
    pub(super) series: Vec<u8>,
}

impl Family {
    pub(super) fn new(escaping: EscapingScheme) -> Self {
        Self { escaping, ..Self::default() }
    }

    pub(super) fn begin(&mut self, desc: &Desc, dialect: &Dialect) {
        self.state_label = label_name(&desc.name, self.escaping).into_owned();
        let mut escaped = Cow::Borrowed(desc);
        if let Cow::Owned(name) = family_name(desc, self.escaping) {
            // OpenMetrics 1.0 knows no unit that is not the end of the name.
            if !dialect.is_composite && !desc.unit.as_ref().is_some_and(|unit| name.ends_with(&format!("_{unit}"))) {
                escaped.to_mut().unit = None;
            }
            escaped.to_mut().name = name;
        }
        let desc = &*escaped;
        self.name.clone_from(&desc.name);
        let all_known = desc.kind != Kind::Info && desc.label_names.iter().all(|name| is_legacy_label_name(name));
        self.is_odd = dialect.is_composite || (self.escaping != EscapingScheme::AllowUtf8 && !all_known);
        self.kind = Some(desc.kind);
        self.header.clear();
        (dialect.header)(&mut self.header, desc);
        if dialect.gauges_apart {
            let suffixes: &[_] = if desc.kind == Kind::GaugeHistogram { &["_gsum", "_gcount"] } else { &["_created"] };
            for (header, suffix) in self.headers_behind.iter_mut().zip(suffixes) {
                let gauge = Desc::new(format!("{}{suffix}", desc.name), desc.help.as_str(), Kind::Gauge);
                header.clear();
                (dialect.header)(header, &gauge);
            }
        }
    }

    /// Makes the heads for these constant labels.
    #[cold]
    pub(super) fn enter(&mut self, scope: &str) {
        scope.clone_into(&mut self.scope);
        let scope = &*escape_labels(scope, self.escaping);
        let (sum, count) = match self.kind {
            Some(Kind::Histogram | Kind::Summary) => ("_sum", "_count"),
            Some(Kind::GaugeHistogram) => ("_gsum", "_gcount"),
            _ => ("", ""),
        };
        self.value.prepare(&self.name, self.kind.map_or("", Kind::value_suffix), scope);
        self.created.prepare(&self.name, "_created", scope);
        if !sum.is_empty() {
            self.bucket.prepare(&self.name, "_bucket", scope);
            self.sum.prepare(&self.name, sum, scope);
            self.count.prepare(&self.name, count, scope);
        }
    }

    pub(super) fn prepare_les(&mut self, bounds: &[f64]) {
        if self.bounds == bounds && !self.les.is_empty() {
            return;
        }
        self.bounds.clear();
        self.bounds.extend_from_slice(bounds);
        self.les.clear();
        self.les.extend(bounds.iter().chain([&f64::INFINITY]).map(|bound| Le::of(*bound)));
    }

    /// The beginning of a series' buckets.
    pub(super) fn prepare_buckets(&mut self, own: &str) {
        self.bucket.begin_with(&mut self.series, own, b"le");
    }

    /// The beginning of a series' lines that differ by a label of the type.
    pub(super) fn prepare_values(&mut self, own: &str, label: &str) {
        self.value.begin_with(&mut self.series, own, label.as_bytes());
    }

    /// The beginning of a series' states.
    pub(super) fn prepare_states(&mut self, own: &str) {
        let mut label = Vec::new();
        push_label_name(&mut label, &self.state_label);
        self.value.begin_with(&mut self.series, own, &label);
    }
}

/// Labels with their names escaped.
pub(super) fn escape_labels(labels: &str, escaping: EscapingScheme) -> Cow<'_, str> {
    // Or a value that ends in a comma, of which nothing comes.
    if escaping == EscapingScheme::AllowUtf8 || !labels.starts_with('"') && !labels.contains(",\"") {
        return Cow::Borrowed(labels);
    }
    let mut out = Vec::with_capacity(labels.len());
    for (name, value) in (Labels { scope: "", own: labels }).pairs() {
        if !out.is_empty() {
            out.push(b',');
        }
        push_label_name(&mut out, &label_name(&name, escaping));
        push_all(&mut out, &["="]);
        push_quoted(&mut out, &[&value]);
    }
    Cow::Owned(String::from_utf8(out).expect("names and values are"))
}
