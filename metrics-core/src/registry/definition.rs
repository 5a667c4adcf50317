use super::error::RegisterError;
use super::source::{Source, SourceFamily};
use crate::metric::{Child, Collect, Cursor, DynamicFamily, Instrument, Name, Points};
use crate::model::{Desc, GaugeMode, Kind, Location, Unit};
use crate::name::{self, Validation};
use std::sync::Arc;

/// Name, help and the like of a metric that is registered at run time; see
/// [`Registry::register`](super::Registry::register).
///
/// ```
/// use metrics_core::{model::Unit, registry::Definition};
/// let definition = Definition {
///     unit: Some(Unit::Bytes),
///     const_labels: vec![("disk".into(), "sda".into())],
///     ..Definition::new("read", "Bytes read.")
/// };
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Definition {
    /// The name, to which the unit comes. Any characters, if the registry's [validation](Validation) allows them.
    pub name: String,
    /// One line.
    pub help: String,
    /// Becomes the name's last word.
    pub unit: Option<Unit>,
    /// Labels that all series carry.
    pub const_labels: Vec<(String, String)>,
    /// What several processes' values of a gauge or a state set become; of others it says nothing.
    pub multiprocess: GaugeMode,
}

impl Definition {
    /// Without unit and constant labels.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name: name.into(), help: help.into(), ..Self::default() }
    }

    pub(super) fn define<I: Registrable>(
        self,
        metric: Arc<I>,
        location: Location,
    ) -> Result<impl Source + use<I>, RegisterError> {
        let broken = |what: &str, name: &str, broken: name::Broken| RegisterError::Broken {
            what: format!("{what} `{name}`"),
            rule: broken.rule,
            location,
        };
        Validation::Utf8.metric_name(&self.name).map_err(|e| broken("metric", &self.name, e))?;
        name::help(&self.help).map_err(|e| broken("metric", &self.name, e))?;
        let mut name = name::family_name(&self.name, I::KIND).to_owned();
        if let Some(unit) = self.unit {
            let checked = name::unit_of(I::KIND).and_then(|()| Validation::Utf8.metric_name(unit.as_str()));
            checked.map_err(|e| broken("unit", unit.as_str(), e))?;
            name::append_unit(&mut name, unit.as_str());
        }
        let (help, kind, label_names) = (self.help, I::KIND, super::source::names(metric.label_names()));
        let unit = self.unit.map(|unit| unit.as_str().into());
        let desc = Desc { name, help, unit, kind, label_names, location };
        let family =
            SourceFamily { desc, const_labels: self.const_labels, multiprocess: self.multiprocess, buckets: None };
        Ok(Defined { family, metric })
    }
}

/// What can be registered alone: any [`Instrument`], and a [`DynamicFamily`] of them.
pub trait Registrable: Collect {
    /// The type of its family.
    const KIND: Kind;

    /// Names of the labels that its series differ by.
    fn label_names(&self) -> &'static [&'static str];
}

impl<I: Instrument> Registrable for I {
    const KIND: Kind = I::KIND;

    fn label_names(&self) -> &'static [&'static str] {
        I::LABEL_NAMES
    }
}

impl<M: Child + Instrument> Registrable for DynamicFamily<M> {
    const KIND: Kind = <M as Instrument>::KIND;

    fn label_names(&self) -> &'static [&'static str] {
        Self::label_names(self)
    }
}

/// A metric with its definition.
struct Defined<I> {
    family: SourceFamily,
    metric: Arc<I>,
}

impl<I: Registrable> Source for Defined<I> {
    fn families(&self) -> Vec<SourceFamily> {
        vec![self.family.clone()]
    }

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.metric.collect(family, from, points)
    }

    fn announce(&self, family: usize, name: Option<&Arc<Name>>) {
        crate::metric::announce(&*self.metric, family, name);
    }
}
