//! Families that take points of one type only.

use super::super::Labels;
use super::point::Sealed;
use super::{
    Added, CounterPoint, FamilyError, FamilyFault, GaugeHistogramPoint, GaugePoint, HistogramPoint, InfoPoint,
    MetricFamily, StateSetPoint, SummaryPoint, UnknownPoint,
};
use crate::label::DynamicLabels;
use std::borrow::Cow;
use std::marker::PhantomData;

/// A point that a family can have. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait FamilyPoint: Sealed + Clone + 'static {}

macro_rules! families {
    ($($(#[$doc:meta])* $family:ident of $point:ident;)*) => {$(
        impl FamilyPoint for $point {}

        $(#[$doc])*
        pub type $family<const LABELS: usize = 0> = TypedMetricFamily<$point, LABELS>;
    )*};
}

families! {
    /// Counters.
    CounterMetricFamily of CounterPoint;
    /// Gauges.
    GaugeMetricFamily of GaugePoint;
    /// Histograms.
    HistogramMetricFamily of HistogramPoint;
    /// Gauge histograms.
    GaugeHistogramMetricFamily of GaugeHistogramPoint;
    /// Summaries.
    SummaryMetricFamily of SummaryPoint;
    /// Infos.
    InfoMetricFamily of InfoPoint;
    /// State sets.
    StateSetMetricFamily of StateSetPoint;
    /// Values of unknown type.
    UnknownMetricFamily of UnknownPoint;
}

/// A [`MetricFamily`] of points of one type, with this many labels: as many values as names, or it does not compile.
///
/// ```
/// use metrics_core::model::{CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, HistogramPoint};
///
/// let mut sent = CounterMetricFamily::new("sent", "Bytes sent.", ["interface", "vlan"])?.with_unit("bytes")?;
/// sent.add_metric(["eth0", "7"], 1_024)?.add_metric(["lo", ""], 12)?;
///
/// let mut latency = HistogramMetricFamily::new("latency", "Time to answer.", [])?.with_unit("seconds")?;
/// latency.add_metric([], HistogramPoint::cumulative([(0.5, 3), (f64::INFINITY, 4)])?.sum(2.5))?;
///
/// let load = GaugeMetricFamily::single("load", "Load of the last minute.", 0.7)?;
/// let families = vec![sent.into(), latency.into(), load.into()];
/// # fn collect() -> Vec<metrics_core::model::MetricFamily> { Vec::new() }
/// # let _: Vec<metrics_core::model::MetricFamily> = families;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```compile_fail
/// # use metrics_core::model::GaugeMetricFamily;
/// let mut load = GaugeMetricFamily::new("load", "Load.", ["host"]).unwrap();
/// load.add_metric(["db1", "too many"], 0.7);
/// ```
///
/// For names that are known at run time only, see [`DynamicMetricFamily`].
#[derive(Clone, Debug, PartialEq)]
pub struct TypedMetricFamily<P: FamilyPoint, const LABELS: usize = 0> {
    family: MetricFamily,
    point: PhantomData<P>,
}

/// A [`MetricFamily`] of points of one type, whose labels are known at run time only.
///
/// ```
/// use metrics_core::model::{DynamicMetricFamily, GaugePoint};
/// use metrics_core::DynamicLabels;
///
/// let columns = DynamicLabels::new(["host".to_owned(), "disk".to_owned()]);
/// let mut free = DynamicMetricFamily::<GaugePoint>::new("free", "Free space.", &columns)?;
/// free.add_metric(&["db1", "sda"], 1_024)?;
/// assert!(free.add_metric(&["db1"], 1_024).unwrap_err().to_string().contains("1 values for 2 labels"));
/// # Ok::<(), metrics_core::model::FamilyError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicMetricFamily<P: FamilyPoint> {
    family: MetricFamily,
    point: PhantomData<P>,
}

impl<P: FamilyPoint, const LABELS: usize> TypedMetricFamily<P, LABELS> {
    /// A family without points, defined where this is called.
    ///
    /// # Errors
    /// If a name breaks a rule, is there twice, or is a label that the type uses itself.
    #[track_caller]
    pub fn new(name: &str, help: impl Into<String>, labels: [&'static str; LABELS]) -> Result<Self, FamilyError> {
        let mut family = MetricFamily::new(name, help, P::KIND)?;
        family.set_label_names(labels.into_iter().map(Cow::Borrowed))?;
        Ok(Self { family, point: PhantomData })
    }

    /// Adds a point with these values of the labels.
    ///
    /// # Errors
    /// If there is one with these values (at this time), or the point cannot be.
    pub fn add_metric(&mut self, labels: [&str; LABELS], point: impl Into<P>) -> Result<&mut Self, FamilyError> {
        self.family.add_point(&labels, point.into())?;
        Ok(self)
    }

    /// With a unit; see [`MetricFamily::with_unit`].
    ///
    /// # Errors
    /// If the unit breaks a rule, or the type has none.
    pub fn with_unit(self, unit: impl Into<Cow<'static, str>>) -> Result<Self, FamilyError> {
        Ok(Self { family: self.family.with_unit(unit)?, ..self })
    }
}

impl<P: FamilyPoint> TypedMetricFamily<P> {
    /// A family of one point without labels.
    ///
    /// # Errors
    /// If the name breaks a rule, or the point cannot be.
    #[track_caller]
    pub fn single(name: &str, help: impl Into<String>, point: impl Into<P>) -> Result<Self, FamilyError> {
        let mut family = Self::new(name, help, [])?;
        family.family.add_point(&[], point.into())?;
        Ok(family)
    }
}

impl<P: FamilyPoint> DynamicMetricFamily<P> {
    /// A family without points, defined where this is called.
    ///
    /// # Errors
    /// As [`TypedMetricFamily::new`].
    #[track_caller]
    pub fn new(name: &str, help: impl Into<String>, labels: &DynamicLabels) -> Result<Self, FamilyError> {
        let mut family = MetricFamily::new(name, help, P::KIND)?;
        family.set_label_names(labels.names().map(|name| Cow::Owned(name.to_owned())))?;
        Ok(Self { family, point: PhantomData })
    }

    /// Adds a point with these values of the labels.
    ///
    /// # Errors
    /// If there are as many values as labels, there is a point with them (at this time), or the point cannot be.
    pub fn add_metric(&mut self, labels: &[&str], point: impl Into<P>) -> Result<&mut Self, FamilyError> {
        self.family.add_point(labels, point.into())?;
        Ok(self)
    }

    /// With a unit; see [`MetricFamily::with_unit`].
    ///
    /// # Errors
    /// If the unit breaks a rule, or the type has none.
    pub fn with_unit(self, unit: impl Into<Cow<'static, str>>) -> Result<Self, FamilyError> {
        Ok(Self { family: self.family.with_unit(unit)?, ..self })
    }
}

impl<P: FamilyPoint, const LABELS: usize> From<TypedMetricFamily<P, LABELS>> for MetricFamily {
    fn from(family: TypedMetricFamily<P, LABELS>) -> Self {
        family.family
    }
}

impl<P: FamilyPoint> From<DynamicMetricFamily<P>> for MetricFamily {
    fn from(family: DynamicMetricFamily<P>) -> Self {
        family.family
    }
}

impl MetricFamily {
    /// Adds a point whose labels stand as [`Labels::own`] has them: what a parser reads that finds points whole. The
    /// labels of an info stand there too, or are those of its point. A histogram may have a sum beside buckets below zero,
    /// which other clients give; formats leave it out that have to.
    ///
    /// ```
    /// use metrics_core::model::{HistogramPoint, Kind, MetricFamily};
    ///
    /// let mut latency = MetricFamily::new("latency", "Time to answer.", Kind::Histogram)?;
    /// let point = HistogramPoint::cumulative([(0.5, 3), (f64::INFINITY, 4)]).unwrap().sum(2.5);
    /// latency.add_rendered_point::<HistogramPoint>(r#"path="/""#, point)?;
    /// assert_eq!(latency.samples()[0].to_string(), r#"latency_bucket{path="/",le="0.5"} 3"#);
    /// # Ok::<(), metrics_core::model::FamilyError>(())
    /// ```
    ///
    /// # Errors
    /// If the point is of another type than the family, cannot be, or is there already; if a label breaks a rule, or
    /// labels are not as [`Labels::render`] makes them. Nothing is added then.
    pub fn add_rendered_point<P: FamilyPoint>(
        &mut self,
        labels: &str,
        point: impl Into<P>,
    ) -> Result<Added, FamilyError> {
        self.try_add_rendered_point(labels, point.into()).map_err(|fault| self.error(fault))
    }

    fn try_add_rendered_point<P: FamilyPoint>(&mut self, labels: &str, point: P) -> Result<Added, FamilyFault> {
        if P::KIND != self.desc.kind {
            return Err(FamilyFault::PointKind { point: P::KIND, family: self.desc.kind });
        }
        let more = Labels::render(point.labels().iter().map(|(name, value)| (name, value)));
        let (timestamp, value) = (point.time(), point.into_read_value()?);
        if more.is_empty() {
            return self.put_point(labels, value, timestamp);
        }
        let between = if labels.is_empty() { "" } else { "," };
        self.put_point(&[labels, &more].join(between), value, timestamp)
    }

    fn set_label_names(&mut self, names: impl IntoIterator<Item = Cow<'static, str>>) -> Result<(), FamilyError> {
        let mut all: Vec<Cow<'static, str>> = Vec::new();
        for name in names {
            self.check_label(&name)
                .and_then(|()| check_unlike(&name, all.iter().map(|name| &**name)))
                .map_err(|fault| self.error(fault))?;
            all.push(name);
        }
        self.desc.label_names = all;
        Ok(())
    }

    fn add_point<P: FamilyPoint>(&mut self, values: &[&str], point: P) -> Result<(), FamilyError> {
        self.try_add_point(values, point).map_err(|fault| self.error(fault))
    }

    fn try_add_point<P: FamilyPoint>(&mut self, values: &[&str], point: P) -> Result<(), FamilyFault> {
        let (expected, found) = (self.desc.label_names.len(), values.len());
        if expected != found {
            return Err(FamilyFault::Arity { expected, found });
        }
        let names = self.desc.label_names.iter().map(|name| &**name);
        let own = names.zip(values.iter().copied());
        let more = point.labels();
        self.check_more(more)?;
        let labels = Labels::render(own.chain(more.iter().map(|(name, value)| (&**name, &**value))));
        let (timestamp, value) = (point.time(), point.into_value()?);
        let found = self.series.find(&labels);
        self.series.push(&labels, found, value, timestamp)
    }

    /// Labels that a point has besides those of the family.
    fn check_more(&self, labels: &[(String, String)]) -> Result<(), FamilyFault> {
        for (at, (label, _)) in labels.iter().enumerate() {
            if self.desc.label_names.iter().any(|name| name == label) {
                return Err(FamilyFault::InfoLabel { label: label.clone() });
            }
            self.check_label(label)?;
            check_unlike(label, labels[..at].iter().map(|(name, _)| &**name))?;
        }
        Ok(())
    }
}

/// Whether none of the labels before has the name.
fn check_unlike<'a>(label: &str, before: impl IntoIterator<Item = &'a str>) -> Result<(), FamilyFault> {
    match before.into_iter().find(|other| *other == label) {
        Some(_) => Err(FamilyFault::DuplicateLabel { label: label.to_owned() }),
        None => Ok(()),
    }
}
