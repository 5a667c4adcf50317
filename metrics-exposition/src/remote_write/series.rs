//! What is known of a series as long as it lives: its labels as they are sent, and which samples it has.

use super::labels::LabelList;
use crate::escaping::family_name;
use metrics_core::model::{Buckets, Desc, Kind, Point, float_to_go_string};
use metrics_core::name::EscapingScheme;
use std::sync::Arc;

/// What all series of a family have in common.
#[derive(Debug)]
pub(super) struct Meta {
    pub(super) kind: Kind,
    pub(super) help: Box<str>,
    pub(super) unit: Box<str>,
    /// Names of samples: of a counter with `_total`, of an info with `_info`, of others without suffix.
    pub(super) value: Box<str>,
    pub(super) bucket: Box<str>,
    pub(super) sum: Box<str>,
    pub(super) count: Box<str>,
}

impl Meta {
    pub(super) fn new(family: &Desc, escaping: EscapingScheme) -> Self {
        let name = family_name(family, escaping);
        let [sum, count] = match family.kind {
            Kind::GaugeHistogram => ["_gsum", "_gcount"],
            _ => ["_sum", "_count"],
        };
        let with = |suffix: &str| format!("{name}{suffix}").into_boxed_str();
        Self {
            kind: family.kind,
            help: family.help.as_str().into(),
            unit: family.unit.as_deref().unwrap_or_default().into(),
            value: with(family.kind.value_suffix()),
            bucket: with("_bucket"),
            sum: with(sum),
            count: with(count),
        }
    }
}

/// A point's series: of a histogram, what its buckets, count and sum have in common.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) meta: Arc<Meta>,
    pub(super) labels: LabelList,
    /// By which it goes to its shard, the same one for ever.
    pub(super) hash: u64,
}

/// A number that is a label's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bound {
    number: f64,
    pub(super) text: Box<str>,
}

impl Bound {
    fn new(number: f64) -> Self {
        Self { number, text: float_to_go_string(number).into() }
    }
}

/// Which samples a point is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// The number under the name of the value.
    pub(super) value: bool,
    /// Values of the label `le`.
    pub(super) bounds: Vec<Bound>,
    /// Values of the label `quantile`.
    pub(super) quantiles: Vec<Bound>,
    pub(super) sum: bool,
    pub(super) count: bool,
    /// The native histogram under the name of the value.
    pub(super) native: bool,
}

impl Shape {
    pub(super) fn of(point: &Point<'_>) -> Self {
        let none = Self::default();
        match *point {
            Point::Histogram { buckets, sum, native, .. } | Point::GaugeHistogram { buckets, sum, native } => {
                let is_classic = !buckets.counts.is_empty();
                let bounds = bounds_of(buckets).map(Bound::new).collect();
                Self { bounds, sum: is_classic && sum.is_some(), count: is_classic, native: native.is_some(), ..none }
            }
            Point::Summary { quantiles, count, sum, .. } => {
                let quantiles = quantiles.iter().map(|(quantile, _)| Bound::new(*quantile)).collect();
                Self { quantiles, sum: sum.is_some(), count: count.is_some(), ..none }
            }
            _ => Self { value: true, ..none },
        }
    }

    /// Whether the point has this one. Without a text for each bound.
    pub(super) fn is_of(&self, point: &Point<'_>) -> bool {
        let are = |bounds: &[Bound], numbers: &mut dyn Iterator<Item = f64>| {
            bounds.iter().all(|bound| numbers.next() == Some(bound.number)) && numbers.next().is_none()
        };
        match *point {
            Point::Histogram { buckets, sum, native, .. } | Point::GaugeHistogram { buckets, sum, native } => {
                let is_classic = !buckets.counts.is_empty();
                (self.sum, self.count, self.native) == (is_classic && sum.is_some(), is_classic, native.is_some())
                    && are(&self.bounds, &mut bounds_of(buckets))
            }
            Point::Summary { quantiles, count, sum, .. } => {
                (self.sum, self.count) == (sum.is_some(), count.is_some())
                    && are(&self.quantiles, &mut quantiles.iter().map(|(quantile, _)| *quantile))
            }
            _ => self.value,
        }
    }

    /// What was here and is not there; `None`: nothing.
    pub(super) fn without(&self, other: &Self) -> Option<Self> {
        let left = |all: &[Bound], others: &[Bound]| {
            all.iter().filter(|bound| !others.contains(bound)).cloned().collect::<Vec<_>>()
        };
        let rest = Self {
            value: self.value && !other.value,
            bounds: left(&self.bounds, &other.bounds),
            quantiles: left(&self.quantiles, &other.quantiles),
            sum: self.sum && !other.sum,
            count: self.count && !other.count,
            native: self.native && !other.native,
        };
        (rest != Self::default()).then_some(rest)
    }

    pub(super) fn samples(&self) -> u64 {
        let single = [self.value, self.sum, self.count, self.native].into_iter().filter(|is_there| *is_there).count();
        (single + self.bounds.len() + self.quantiles.len()) as u64
    }
}

/// All upper bounds, the last one too; none if there are no classic buckets.
fn bounds_of(buckets: Buckets<'_>) -> impl Iterator<Item = f64> {
    buckets.cumulative().map(|(bound, _, _)| bound)
}
