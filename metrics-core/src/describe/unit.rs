use std::fmt;

/// A base unit. It becomes the suffix of the family's name and, in OpenMetrics, a `# UNIT` line.
///
/// Only base units exist here: Prometheus' [naming rules][naming] ask for them, so that two metrics of
/// one dimension can always be compared. Anything else is a [`Unit::Other`].
///
/// ```
/// use metrics_core::model::Unit;
/// assert_eq!(Unit::Seconds.as_str(), "seconds");
/// assert_eq!(Unit::Other("widgets").as_str(), "widgets");
/// ```
///
/// [naming]: https://prometheus.io/docs/practices/naming/#base-units
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Unit {
    /// Electric current.
    Amperes,
    /// Information.
    Bytes,
    /// Temperature.
    Celsius,
    /// Mass.
    Grams,
    /// Energy.
    Joules,
    /// Length.
    Meters,
    /// A part of a whole, 0 to 1 (not percent).
    Ratio,
    /// Time.
    Seconds,
    /// Electric tension.
    Volts,
    /// Any other unit, in the plural.
    Other(&'static str),
}

impl Unit {
    /// The suffix, without its underscore.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amperes => "amperes",
            Self::Bytes => "bytes",
            Self::Celsius => "celsius",
            Self::Grams => "grams",
            Self::Joules => "joules",
            Self::Meters => "meters",
            Self::Ratio => "ratio",
            Self::Seconds => "seconds",
            Self::Volts => "volts",
            Self::Other(unit) => unit,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
