use super::{Kind, Location};
use std::borrow::Cow;

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
    pub unit: Option<Cow<'static, str>>,
    /// The type.
    pub kind: Kind,
    /// Names of the labels that series differ by, without constant labels.
    pub label_names: Vec<Cow<'static, str>>,
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
        Self { name, help, unit: None, kind, label_names: Vec::new(), location }
    }

    /// All names under which something of the family may stand on a page: its own, and those with the suffixes of its
    /// type. Two families that have one in common cannot stand on one page.
    ///
    /// ```
    /// use metrics_core::model::{Desc, Kind};
    /// let desc = Desc::new("jobs", "Jobs done.", Kind::Counter);
    /// assert_eq!(desc.sample_names().collect::<Vec<_>>(), ["jobs", "jobs_total", "jobs_created"]);
    /// ```
    pub fn sample_names(&self) -> impl Iterator<Item = String> + '_ {
        [""].iter().chain(self.kind.suffixes()).map(|suffix| format!("{}{suffix}", self.name))
    }
}
