use super::{Kind, Unit};
use std::fmt;

/// What a metric family is, as a source gives it and a sink sees it. A registry checks it when it is
/// registered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Desc {
    /// The family's name with prefix and unit, without `_total`: `shop_request_duration_seconds`.
    pub name: String,
    /// One line of help, unescaped.
    pub help: String,
    /// The unit, which is also the last word of the name.
    pub unit: Option<Unit>,
    /// The type.
    pub kind: Kind,
    /// Names of the labels that series differ by, without constant labels.
    pub label_names: &'static [&'static str],
    /// Where the family was defined.
    pub location: Location,
}

impl Desc {
    /// A family without unit and labels, defined where this is called.
    ///
    /// ```
    /// use metrics_core::model::{Desc, Kind};
    /// let desc = Desc::new("queue_length", "Jobs that wait.", Kind::Gauge);
    /// assert!(desc.unit.is_none() && desc.label_names.is_empty());
    /// ```
    #[track_caller]
    pub fn new(name: impl Into<String>, help: impl Into<String>, kind: Kind) -> Self {
        let (name, help, location) = (name.into(), help.into(), Location::caller());
        Self { name, help, unit: None, kind, label_names: &[], location }
    }
}

/// A place in the source.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Location {
    /// Path of the file, as the compiler was given it.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Location {
    /// Where the caller stands.
    #[track_caller]
    pub const fn caller() -> Self {
        let here = std::panic::Location::caller();
        Self { file: here.file(), line: here.line(), column: here.column() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
