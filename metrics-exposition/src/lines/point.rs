//! What is written of each type of point.

use super::family::escape_labels;
use super::head::{LINE, Le, Short, TAIL};
use super::{Lines, number, push_all, push_label};
use crate::page::Page;
use metrics_core::model::{
    Buckets, Exemplar, Kind, Labels, NativeHistogram, Number, Point, Timestamp, float_to_go_string,
};
use metrics_core::name::EscapingScheme;
use std::borrow::Cow;

impl Lines {
    /// A point of any type, with or without time and exemplars.
    #[inline(never)]
    pub(super) fn any_point(&mut self, own: &str, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let Self { page, family, .. } = self;
        match *point {
            Point::Counter { value, exemplar, created } => {
                family.value.line(page, own, value);
                self.amend(timestamp, exemplar);
                self.created(own, created, timestamp);
            }
            Point::Gauge { value, .. } | Point::Unknown { value, .. } => {
                family.value.line(page, own, value);
                self.amend(timestamp, None);
            }
            Point::Histogram { buckets, sum, created, native } => {
                let in_one = InOne::of(native);
                let buckets = in_one.unless(buckets);
                self.buckets(own, buckets, timestamp);
                if !self.dialect.is_strict || sum_grows(buckets, sum) {
                    self.sum_and_count(own, sum, Some(buckets.total()), timestamp);
                }
                self.created(own, created, timestamp);
            }
            Point::GaugeHistogram { buckets, sum, native } => {
                let in_one = InOne::of(native);
                let buckets = in_one.unless(buckets);
                self.buckets(own, buckets, timestamp);
                if self.dialect.gauges_apart {
                    sum.into_iter().for_each(|sum| self.behind(0, own, sum.into(), timestamp));
                    self.behind(1, own, buckets.total().into(), timestamp);
                } else if gauge_sum_fits(buckets, sum) {
                    self.sum_and_count(own, sum, Some(buckets.total()), timestamp);
                }
            }
            Point::Summary { quantiles, count, sum, created } => {
                if !quantiles.is_empty() {
                    family.prepare_values(own, "quantile");
                }
                let is_strict = self.dialect.is_strict;
                for (quantile, value) in quantiles.iter().filter(|(_, value)| !(is_strict && *value < 0.0)) {
                    let quantile = float_to_go_string(*quantile);
                    self.labelled_line(&quantile, (*value).into());
                    self.amend(timestamp, None);
                }
                self.sum_and_count(own, sum.filter(|sum| !is_strict || *sum >= 0.0), count, timestamp);
                self.created(own, created, timestamp);
            }
            Point::Info => {
                family.value.count_line(page, own, 1);
                self.amend(timestamp, None);
            }
            Point::StateSet { state, active } => {
                family.prepare_states(own);
                self.labelled_line(state, u64::from(active).into());
                self.amend(timestamp, None);
            }
            // A type that is newer than this encoder has no line here.
            _ => {}
        }
    }

    fn buckets(&mut self, own: &str, buckets: Buckets<'_>, timestamp: Option<Timestamp>) {
        let Self { page, family, .. } = self;
        family.prepare_les(buckets.bounds);
        family.prepare_buckets(own);
        let line = family.series.len() + Le::LEN + TAIL;
        if timestamp.is_none() && buckets.exemplars.is_empty() {
            let mut total = 0u64;
            let short = Short::<128>::new(&family.series);
            let mut room = page.room(buckets.counts.len() * line.max(LINE));
            for (le, count) in family.les.iter().zip(buckets.counts) {
                total = total.saturating_add(*count);
                if short.put_bucket(&mut room, le, total) {
                    continue;
                }
                room.put_short(&family.series);
                room.put_padded(&le.text, le.len);
                number::put_u64(&mut room, total);
                room.put(b"\n");
            }
            room.commit();
            return;
        }
        for (at, (bound, count, exemplar)) in buckets.cumulative().enumerate() {
            let mut room = self.page.room(line);
            room.put_short(&self.family.series);
            room.put_padded(&self.family.les[at].text, self.family.les[at].len);
            number::put_u64(&mut room, count);
            room.put(b"\n");
            room.commit();
            // An exemplar is one of what its bucket counts, or none.
            self.amend(timestamp, exemplar.filter(|found| bound.is_infinite() || found.value() <= bound));
        }
    }

    fn sum_and_count(&mut self, own: &str, sum: Option<f64>, count: Option<u64>, timestamp: Option<Timestamp>) {
        if let Some(sum) = sum {
            self.family.sum.line(&mut self.page, own, sum.into());
            self.amend(timestamp, None);
        }
        if let Some(count) = count {
            self.family.count.count_line(&mut self.page, own, count);
            self.amend(timestamp, None);
        }
    }

    /// A line of one of the gauges behind the family.
    fn behind(&mut self, which: usize, own: &str, value: Number, timestamp: Option<Timestamp>) {
        let Self { dialect, family, behind, .. } = self;
        let head = match (family.kind, which) {
            (Some(Kind::GaugeHistogram), 0) => &family.sum,
            (Some(Kind::GaugeHistogram), _) => &family.count,
            _ => &family.created,
        };
        let page = &mut behind[which];
        if page.len() == 0 {
            page.push(&family.headers_behind[which]);
        }
        head.line(page, own, value);
        amend(page, |tail| timestamp.into_iter().for_each(|timestamp| (dialect.timestamp)(tail, timestamp)));
    }

    /// A line that begins as was prepared, the value of its last label, and a number.
    fn labelled_line(&mut self, label: &str, value: Number) {
        let mut text = Vec::new();
        push_label(&mut text, label);
        let mut room = self.page.room(self.family.series.len() + text.len() + TAIL);
        room.put(&self.family.series);
        room.put(&text);
        number::put(&mut room, value);
        room.put(b"\n");
        room.commit();
    }

    pub(super) fn created(&mut self, own: &str, created: Option<Timestamp>, timestamp: Option<Timestamp>) {
        let Some(created) = created.filter(|_| self.options.created) else { return };
        let seconds = created.as_secs_f64().into();
        if self.dialect.gauges_apart {
            self.behind(0, own, seconds, timestamp);
        } else {
            self.family.created.line(&mut self.page, own, seconds);
            self.amend(timestamp, None);
        }
    }

    /// Puts time and exemplar behind the line that was written last.
    fn amend(&mut self, timestamp: Option<Timestamp>, exemplar: Option<&Exemplar>) {
        let escaping = self.options.escaping;
        let exemplar = exemplar.filter(|_| self.dialect.exemplars);
        let exemplar = exemplar.and_then(|exemplar| Some((exemplar_labels(exemplar, escaping)?, exemplar)));
        if timestamp.is_none() && exemplar.is_none() {
            return;
        }
        amend(&mut self.page, |tail| {
            if let Some(timestamp) = timestamp {
                (self.dialect.timestamp)(tail, timestamp);
            }
            if let Some((labels, exemplar)) = exemplar {
                push_all(tail, &[" # {", &labels, "} ", &Number::from(exemplar.value()).to_string()]);
                exemplar.timestamp().into_iter().for_each(|at| (self.dialect.timestamp)(tail, at));
            }
        });
    }
}

/// An exemplar's labels, unless escapes made them longer than [OpenMetrics 1.0][spec] allows.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
fn exemplar_labels(exemplar: &Exemplar, escaping: EscapingScheme) -> Option<Cow<'_, str>> {
    let labels = escape_labels(exemplar.labels().own, escaping);
    if let Cow::Owned(own) = &labels {
        let chars =
            (Labels { scope: "", own }).pairs().map(|(name, value)| name.chars().count() + value.chars().count());
        if chars.sum::<usize>() > Exemplar::MAX_CHARS {
            return None;
        }
    }
    Some(labels)
}

/// Puts more behind the last line of a page.
fn amend(page: &mut Page, put: impl FnOnce(&mut Vec<u8>)) {
    let mut tail = Vec::new();
    put(&mut tail);
    tail.push(b'\n');
    page.truncate(page.len() - 1);
    page.push(&tail);
}

/// Native buckets all in one, which has the last exemplar: they have no place here.
pub(super) struct InOne {
    counts: [u64; 1],
    exemplars: Vec<Option<Exemplar>>,
}

impl InOne {
    pub(super) fn of(native: Option<&NativeHistogram>) -> Self {
        let Some(native) = native else { return Self { counts: [0], exemplars: Vec::new() } };
        let last = native.exemplars().iter().max_by_key(|exemplar| exemplar.timestamp());
        Self { counts: [native.count()], exemplars: last.map(|last| vec![Some(last.clone())]).unwrap_or_default() }
    }

    /// The classic buckets, if there are any.
    pub(super) fn unless<'a>(&'a self, classic: Buckets<'a>) -> Buckets<'a> {
        if !classic.counts.is_empty() {
            return classic;
        }
        Buckets { counts: &self.counts, exemplars: &self.exemplars, ..classic }
    }
}

/// Whether the sum is one that only grows, as [OpenMetrics][spec] has it: not where a bucket is below zero.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#histogram
fn sum_grows(buckets: Buckets<'_>, sum: Option<f64>) -> bool {
    sum.is_some_and(|sum| sum >= 0.0) && !has_bucket_below_zero(buckets)
}

/// Whether the sum can be that of what is in the buckets, as [OpenMetrics][spec] has it: not negative where no bucket
/// is.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#gaugehistogram
fn gauge_sum_fits(buckets: Buckets<'_>, sum: Option<f64>) -> bool {
    sum.is_some_and(|sum| sum >= 0.0 || (sum < 0.0 && has_bucket_below_zero(buckets)))
}

fn has_bucket_below_zero(buckets: Buckets<'_>) -> bool {
    buckets.bounds.first().is_some_and(|bound| *bound < 0.0)
}
