use std::fmt;

/// The type of a metric family, by the [OpenMetrics 1.0 specification][spec].
///
/// Each type implies suffixes: a counter family `requests` is exposed as the sample `requests_total`.
///
/// ```
/// use metrics_core::model::Kind;
/// assert_eq!(Kind::Counter.to_string(), "counter");
/// assert_eq!(Kind::Histogram.suffixes(), ["_bucket", "_sum", "_count", "_created"]);
/// ```
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#metric-types
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// A value that only grows, and is zero again after a restart.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// Counts of observations by bucket, and their sum.
    Histogram,
}

impl Kind {
    /// The word after `# TYPE name`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }

    /// What the formats append to a family's name for its samples, `_created` included. A gauge's
    /// sample is named like its family.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total", "_created"],
            Self::Gauge => &[],
            Self::Histogram => &["_bucket", "_sum", "_count", "_created"],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
