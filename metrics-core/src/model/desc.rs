use super::{Kind, Unit};
use std::fmt;

/// What a metric family is, as a sink sees it. Everything in it was checked when it was registered.
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
