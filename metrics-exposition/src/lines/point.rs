//! What is written of each type of point.

use super::family::escape_labels;
use super::head::{LINE, Le, Short, TAIL};
use super::{Lines, number, push_all, push_escaped};
use crate::page::Page;
use metrics_core::model::{Buckets, Exemplar, NativeHistogram, Number, Point, Timestamp, float_to_go_string};

impl Lines {
    /// A point of any type, with or without time and exemplars.
    #[inline(never)]
    pub(super) fn any_point(&mut self, own: &str, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let Self { page, family, .. } = self;
        match *point {
            Point::Counter { value, exemplar, created } => {
                family.value.line(page, own, value);
                self.amend(timestamp, exemplar);
                self.created(own, created);
            }
            Point::Gauge { value, .. } | Point::Unknown { value, .. } => {
                family.value.line(page, own, value);
                self.amend(timestamp, None);
            }
            Point::Histogram { buckets, sum, created, native } => {
                let in_one = InOne::of(native);
                let buckets = in_one.unless(buckets);
                self.buckets(own, buckets, timestamp);
                let (means_something, total) = (means_something(buckets, sum), buckets.total());
                if means_something || !self.dialect.sum_must_mean_something {
                    self.sum_and_count(own, sum, Some(total), timestamp);
                }
                self.created(own, created);
            }
            Point::GaugeHistogram { buckets, sum, native } => {
                let in_one = InOne::of(native);
                let buckets = in_one.unless(buckets);
                self.buckets(own, buckets, timestamp);
                if self.dialect.gauge_sums_apart {
                    self.behind(own, sum, buckets.total(), timestamp);
                } else if gauge_sum_fits(buckets, sum) {
                    self.sum_and_count(own, sum, Some(buckets.total()), timestamp);
                }
            }
            Point::Summary { quantiles, count, sum, created } => {
                if !quantiles.is_empty() {
                    family.prepare_values(own, "quantile");
                }
                for (quantile, value) in quantiles {
                    let quantile = float_to_go_string(*quantile);
                    self.labelled_line(&quantile, (*value).into());
                    self.amend(timestamp, None);
                }
                self.sum_and_count(own, sum, count, timestamp);
                self.created(own, created);
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
        for (at, (_, count, exemplar)) in buckets.cumulative().enumerate() {
            let mut room = self.page.room(line);
            room.put_short(&self.family.series);
            room.put_padded(&self.family.les[at].text, self.family.les[at].len);
            number::put_u64(&mut room, count);
            room.put(b"\n");
            room.commit();
            self.amend(timestamp, exemplar);
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

    /// Sum and count of a gauge histogram as gauges of their own.
    fn behind(&mut self, own: &str, sum: Option<f64>, count: u64, timestamp: Option<Timestamp>) {
        let heads = [&self.family.sum, &self.family.count];
        let values = [sum.map(Number::from), Some(count.into())];
        for (((head, value), page), header) in
            heads.into_iter().zip(values).zip(&mut self.behind).zip(&self.family.headers_behind)
        {
            let Some(value) = value else { continue };
            if page.len() == 0 {
                page.push(header);
            }
            head.line(page, own, value);
            amend(page, |tail| timestamp.into_iter().for_each(|timestamp| (self.dialect.timestamp)(tail, timestamp)));
        }
    }

    /// A line that begins as was prepared, the value of its last label, and a number.
    fn labelled_line(&mut self, label: &str, value: Number) {
        let mut text = Vec::new();
        push_escaped(&mut text, label, b"\\\"\n");
        text.extend_from_slice(b"\"} ");
        let mut room = self.page.room(self.family.series.len() + text.len() + TAIL);
        room.put(&self.family.series);
        room.put(&text);
        number::put(&mut room, value);
        room.put(b"\n");
        room.commit();
    }

    pub(super) fn created(&mut self, own: &str, created: Option<Timestamp>) {
        if self.created
            && let Some(created) = created
        {
            self.family.created.line(&mut self.page, own, created.as_secs_f64().into());
        }
    }

    /// Puts time and exemplar behind the line that was written last.
    fn amend(&mut self, timestamp: Option<Timestamp>, exemplar: Option<&Exemplar>) {
        let exemplar = exemplar.filter(|_| self.dialect.exemplars);
        if timestamp.is_none() && exemplar.is_none() {
            return;
        }
        amend(&mut self.page, |tail| {
            if let Some(timestamp) = timestamp {
                (self.dialect.timestamp)(tail, timestamp);
            }
            if let Some(exemplar) = exemplar {
                push_all(tail, &[" # {", &escape_labels(exemplar.labels().own), "} "]);
                push_all(tail, &[&Number::from(exemplar.value()).to_string()]);
                exemplar.timestamp().into_iter().for_each(|at| (self.dialect.timestamp)(tail, at));
            }
        });
    }
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
struct InOne {
    counts: [u64; 1],
    exemplars: Vec<Option<Exemplar>>,
}

impl InOne {
    fn of(native: Option<&NativeHistogram>) -> Self {
        let Some(native) = native else { return Self { counts: [0], exemplars: Vec::new() } };
        let last = native.exemplars().iter().max_by_key(|exemplar| exemplar.timestamp());
        Self { counts: [native.count()], exemplars: last.map(|last| vec![Some(last.clone())]).unwrap_or_default() }
    }

    /// The classic buckets, if there are any.
    fn unless<'a>(&'a self, classic: Buckets<'a>) -> Buckets<'a> {
        if !classic.counts.is_empty() {
            return classic;
        }
        Buckets { counts: &self.counts, exemplars: &self.exemplars, ..classic }
    }
}

/// Whether the sum is one of numbers that only make it grow.
fn means_something(buckets: Buckets<'_>, sum: Option<f64>) -> bool {
    sum.is_some_and(|sum| !sum.is_nan()) && buckets.bounds.first().is_none_or(|bound| *bound >= 0.0)
}

/// Whether the sum can be that of what is in the buckets, as [OpenMetrics][spec] has it: not negative where no bucket
/// is.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#gaugehistogram
fn gauge_sum_fits(buckets: Buckets<'_>, sum: Option<f64>) -> bool {
    sum.is_some_and(|sum| sum >= 0.0 || buckets.bounds.first().is_some_and(|bound| *bound < 0.0))
}
