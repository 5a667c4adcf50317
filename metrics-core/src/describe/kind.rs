use std::fmt;

/// The type of a metric family, by the [OpenMetrics 1.0 specification][spec].
///
/// Each type implies suffixes: a counter family `requests` is exposed as the sample `requests_total`.
///
/// ```
/// use metrics_core::model::Kind;
/// assert_eq!(Kind::Counter.to_string(), "counter");
/// assert_eq!(Kind::Histogram.suffixes(), ["_bucket", "_sum", "_count", "_created"]);
/// assert_eq!("gaugehistogram".parse(), Ok(Kind::GaugeHistogram));
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
    /// Counts by bucket that also go down: the ages of what waits in a queue just now.
    GaugeHistogram,
    /// Count and sum of observations, and perhaps quantiles.
    Summary,
    /// Text that does not change while the program runs, as labels: a version.
    Info,
    /// Which of some states are the case.
    StateSet,
    /// Whatever it is.
    Unknown,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Counter,
        Self::Gauge,
        Self::Histogram,
        Self::GaugeHistogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
        Self::Unknown,
    ];

    /// The word after `# TYPE name` in OpenMetrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
            Self::Unknown => "unknown",
        }
    }

    /// The type in text, which has four, and none.
    ///
    /// ```
    /// use metrics_core::model::Kind;
    /// assert_eq!([Kind::Info, Kind::GaugeHistogram].map(Kind::in_text), [Kind::Gauge, Kind::Histogram]);
    /// ```
    #[must_use]
    pub const fn in_text(self) -> Self {
        match self {
            Self::GaugeHistogram => Self::Histogram,
            Self::Info | Self::StateSet => Self::Gauge,
            kind => kind,
        }
    }

    /// What the formats append to a family's name for its samples, `_created` included. Samples of a type that has
    /// none are named like their family; a summary's quantiles too.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total", "_created"],
            Self::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Self::GaugeHistogram => &["_bucket", "_gsum", "_gcount"],
            Self::Summary => &["_sum", "_count", "_created"],
            Self::Info => &["_info"],
            Self::Gauge | Self::StateSet | Self::Unknown => &[],
        }
    }

    /// The one of them that the sample has which is a point's value as a whole; of other types nothing.
    ///
    /// ```
    /// use metrics_core::model::Kind;
    /// assert_eq!([Kind::Counter, Kind::Info, Kind::Gauge].map(Kind::value_suffix), ["_total", "_info", ""]);
    /// ```
    pub const fn value_suffix(self) -> &'static str {
        match self {
            Self::Counter => "_total",
            Self::Info => "_info",
            _ => "",
        }
    }

    /// The label that the formats add to some samples of the type, which its own labels must leave free. A state
    /// set's is the family's name.
    pub const fn reserved_label(self) -> Option<&'static str> {
        match self {
            Self::Histogram | Self::GaugeHistogram => Some("le"),
            Self::Summary => Some("quantile"),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no [`Kind`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownKind(pub String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no type of a metric; there are ", self.0)?;
        Kind::ALL.iter().try_for_each(|kind| write!(f, "{kind}, "))?;
        f.write_str("and `untyped`, which is unknown")
    }
}

impl std::error::Error for UnknownKind {}

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.or((word == "untyped").then_some(Self::Unknown)).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}
