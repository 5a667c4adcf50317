//! Points of a scrape as a family that owns them.

use metrics_core::model::{
    CounterPoint, Desc, FamilyError, GaugeHistogramPoint, GaugePoint, HistogramPoint, InfoPoint, MetricFamily, Point,
    StateSetPoint, SummaryPoint, UnknownPoint,
};

/// A family that is put together point by point.
pub(super) struct Owned {
    family: MetricFamily,
    /// Labels and states of the state set of which more may come.
    states: (String, Vec<(String, bool)>),
}

/// The family that these points make; `None` if none can have its name.
pub(in crate::multiprocess) fn owned<'a, 'b>(
    desc: &Desc,
    points: impl IntoIterator<Item = (&'a str, Point<'b>)>,
) -> Option<MetricFamily> {
    let mut owned = Owned::new(desc)?;
    points.into_iter().for_each(|(labels, point)| owned.push(labels, point));
    Some(owned.finish())
}

impl Owned {
    /// `None` if no family can have that name.
    pub(super) fn new(desc: &Desc) -> Option<Self> {
        let mut family = MetricFamily::new(&desc.name, &*desc.help, desc.kind).ok()?;
        if let Some(unit) = &desc.unit {
            // A process whose family is not named after its unit loses that, and not its family.
            if let Ok(with_unit) = family.clone().with_unit(unit.clone()) {
                family = if with_unit.desc().name == desc.name { with_unit } else { family };
            }
        }
        Some(Self { family, states: Default::default() })
    }

    /// A point that the family cannot have is left out; the table has none.
    pub(super) fn push(&mut self, labels: &str, point: Point<'_>) {
        if let Point::StateSet { state, active } = point {
            if self.states.0 != labels {
                self.flush();
                labels.clone_into(&mut self.states.0);
            }
            self.states.1.push((state.to_owned(), active));
        } else {
            let _ = self.try_push(labels, point);
        }
    }

    fn try_push(&mut self, labels: &str, point: Point<'_>) -> Result<(), FamilyError> {
        let family = &mut self.family;
        match point {
            Point::Counter { value, exemplar, created } => {
                let mut new = CounterPoint::from(value);
                new = exemplar.into_iter().fold(new, |new, exemplar| new.exemplar(exemplar.clone()));
                new = created.into_iter().fold(new, CounterPoint::created);
                family.add_rendered_point::<CounterPoint>(labels, new)?;
            }
            Point::Gauge { value, .. } => drop(family.add_rendered_point::<GaugePoint>(labels, value)?),
            Point::Unknown { value, .. } => drop(family.add_rendered_point::<UnknownPoint>(labels, value)?),
            Point::Histogram { buckets, sum, native, created } => {
                let cumulative = buckets.cumulative().map(|(bound, count, exemplar)| (bound, count, exemplar.cloned()));
                let Ok(mut new) = (match native {
                    Some(native) if buckets.counts.is_empty() => Ok(HistogramPoint::native_only(native.clone())),
                    _ => HistogramPoint::with_exemplars(cumulative),
                }) else {
                    return Ok(());
                };
                if let (Some(native), false) = (native, buckets.counts.is_empty()) {
                    new = new.native(native.clone());
                }
                new = sum.into_iter().fold(new, HistogramPoint::sum);
                new = created.into_iter().fold(new, HistogramPoint::created);
                family.add_rendered_point::<HistogramPoint>(labels, new)?;
            }
            Point::GaugeHistogram { buckets, sum, .. } => {
                let Ok(new) = GaugeHistogramPoint::per_bucket(buckets.bounds, buckets.counts) else { return Ok(()) };
                let new = sum.into_iter().fold(new, GaugeHistogramPoint::sum);
                family.add_rendered_point::<GaugeHistogramPoint>(labels, new)?;
            }
            Point::Summary { count, sum, created, .. } => {
                let new = SummaryPoint::from((count.unwrap_or_default(), sum.unwrap_or_default()));
                let new = created.into_iter().fold(new, SummaryPoint::created);
                family.add_rendered_point::<SummaryPoint>(labels, new)?;
            }
            Point::Info => drop(family.add_rendered_point::<InfoPoint>(labels, [("", ""); 0])?),
            _ => {}
        }
        Ok(())
    }

    fn flush(&mut self) {
        let (labels, states) = std::mem::take(&mut self.states);
        if !states.is_empty() {
            let _ =
                self.family.add_rendered_point::<StateSetPoint>(&labels, states.into_iter().collect::<StateSetPoint>());
        }
    }

    pub(super) fn finish(mut self) -> MetricFamily {
        self.flush();
        self.family
    }
}
