//! Points of [OpenMetrics 2.0][spec]: one line each, where a value may consist of several.
//!
//! ```text
//! latency{method="get"} {count:3,sum:4.5,bucket:[0.5:2,+Inf:3]} st@1500000000.5 # {trace_id="a"} 0.25 1500000001.0
//! ```
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/

use super::family::escape_labels;
use super::point::InOne;
use super::{Lines, push_all, push_label};
use metrics_core::model::{
    Buckets, Exemplar, NativeBuckets, NativeHistogram, Number, Point, Timestamp, float_to_go_string,
};
use std::fmt::Display;

impl Lines {
    /// A point of any type, without constant labels.
    pub(super) fn composite_point(&mut self, own: &str, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let mut line = Vec::new();
        self.family.value.begin(&mut line, own);
        let out = &mut line;
        match *point {
            Point::Counter { value, exemplar, created } => {
                push_number(out, value);
                self.push_tail(out, timestamp, created, exemplar);
            }
            Point::Gauge { value, .. } | Point::Unknown { value, .. } => {
                push_number(out, value);
                self.push_tail(out, timestamp, None, None);
            }
            Point::Histogram { buckets, sum, created, native } => {
                push_histogram(out, ["count", "sum"], buckets, sum, native);
                self.push_tail(out, timestamp, created, exemplars(buckets, native));
            }
            Point::GaugeHistogram { buckets, sum, native } => {
                push_histogram(out, ["gcount", "gsum"], buckets, sum, native);
                self.push_tail(out, timestamp, None, exemplars(buckets, native));
            }
            // Both are demanded, and a sum that is negative or no number is forbidden.
            Point::Summary { quantiles, count: Some(count), sum: Some(sum), created } if sum >= 0.0 => {
                push_summary(out, quantiles, count, sum);
                self.push_tail(out, timestamp, created, None);
            }
            Point::Info => {
                push_number(out, Number::U64(1));
                self.push_tail(out, timestamp, None, None);
            }
            Point::StateSet { state, active } => {
                line.clear();
                self.family.prepare_states(own);
                line.extend_from_slice(&self.family.series);
                push_label(&mut line, state);
                push_number(&mut line, u64::from(active).into());
                self.push_tail(&mut line, timestamp, None, None);
            }
            // A type that is newer than this encoder has no line here.
            _ => return,
        }
        line.push(b'\n');
        self.page.push(&line);
    }

    /// What stands behind a value. An exemplar without a time cannot be there.
    fn push_tail<'e>(
        &self,
        out: &mut Vec<u8>,
        timestamp: Option<Timestamp>,
        created: Option<Timestamp>,
        exemplars: impl IntoIterator<Item = &'e Exemplar>,
    ) {
        if let Some(timestamp) = timestamp {
            (self.dialect.timestamp)(out, timestamp);
        }
        if let Some(created) = created {
            push_all(out, &[" st@", &created.to_string()]);
        }
        for exemplar in exemplars {
            let Some(at) = exemplar.timestamp() else { continue };
            let labels = escape_labels(exemplar.labels().own, self.options.escaping);
            push_all(out, &[" # {", &labels, "} "]);
            push_number(out, exemplar.value().into());
            (self.dialect.timestamp)(out, at);
        }
    }
}

fn push_number(out: &mut Vec<u8>, number: Number) {
    push_all(out, &[&number.to_string()]);
}

/// Those of the classic buckets, if there are any: one of the two sets is enough.
fn exemplars<'a>(buckets: Buckets<'a>, native: Option<&'a NativeHistogram>) -> Vec<&'a Exemplar> {
    let has_time = |exemplar: &&Exemplar| exemplar.timestamp().is_some();
    let classic: Vec<_> = buckets.exemplars.iter().flatten().filter(has_time).collect();
    if classic.is_empty() { native.into_iter().flat_map(NativeHistogram::exemplars).collect() } else { classic }
}

/// Its sum is demanded: one that is not known is no number.
fn push_histogram(
    out: &mut Vec<u8>,
    [count, sum]: [&str; 2],
    buckets: Buckets<'_>,
    total: Option<f64>,
    native: Option<&NativeHistogram>,
) {
    let in_one = InOne::of(None);
    let buckets = if native.is_none() { in_one.unless(buckets) } else { buckets };
    let observations = native.map_or_else(|| buckets.total(), NativeHistogram::count);
    let total = total.or(native.map(NativeHistogram::sum)).unwrap_or(f64::NAN);
    push_all(out, &["{", count, ":", &observations.to_string(), ",", sum, ":", &float_to_go_string(total)]);
    if let Some(native) = native {
        push_native(out, native);
    }
    if !buckets.counts.is_empty() {
        push_all(out, &[",bucket:"]);
        push_list(out, buckets.cumulative(), |(bound, count, _)| format!("{}:{count}", float_to_go_string(bound)));
    }
    out.push(b'}');
}

fn push_native(out: &mut Vec<u8>, native: &NativeHistogram) {
    let (threshold, zeros) = (float_to_go_string(native.zero_threshold()), native.zero_count());
    let fields = format!(",schema:{},zero_threshold:{threshold},zero_count:{zeros}", native.schema());
    push_all(out, &[&fields]);
    push_buckets(out, [",negative_spans:", ",negative_buckets:"], native.negative());
    push_buckets(out, [",positive_spans:", ",positive_buckets:"], native.positive());
}

/// How many observations each bucket holds, not how many more than the one before it.
fn push_buckets(out: &mut Vec<u8>, [spans, counts]: [&str; 2], buckets: &NativeBuckets) {
    if buckets.counts().is_empty() {
        return;
    }
    push_all(out, &[spans]);
    // A span has a bucket at least: the way that one of none goes belongs to the next.
    let mut offset = 0i64;
    let whole = buckets.spans().iter().filter_map(|span| {
        offset += i64::from(span.offset);
        (span.length > 0).then(|| (std::mem::take(&mut offset), span.length))
    });
    push_list(out, whole, |(offset, length)| format!("{offset}:{length}"));
    push_all(out, &[counts]);
    push_list(out, buckets.counts(), u64::to_string);
}

/// A quantile's value may be no number, but is never negative.
fn push_summary(out: &mut Vec<u8>, quantiles: &[(f64, f64)], count: u64, sum: f64) {
    push_all(out, &["{count:", &count.to_string(), ",sum:", &float_to_go_string(sum), ",quantile:"]);
    let legal = quantiles.iter().filter(|(_, value)| value.is_nan() || *value >= 0.0);
    push_list(out, legal, |(quantile, value)| {
        format!("{}:{}", float_to_go_string(*quantile), float_to_go_string(*value))
    });
    out.push(b'}');
}

/// `[a,b,c]`
fn push_list<T, S: Display>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, show: impl Fn(T) -> S) {
    let items: Vec<String> = items.into_iter().map(|item| show(item).to_string()).collect();
    push_all(out, &["[", &items.join(","), "]"]);
}
