//! What is written of each type of point: a `Metric`.

use super::labels::put_labels;
use super::wire::{low_byte, put_f64, put_i64, put_message, put_timestamp, put_u64, put_zigzag, short_varint};
use crate::page::Page;
use metrics_core::model::{Buckets, Exemplar, Kind, NativeBuckets, NativeHistogram, Point, Timestamp};
use metrics_core::name::EscapingScheme;

/// The number of each type: the enum `MetricType`.
pub(super) fn metric_type(kind: Kind) -> u64 {
    match kind {
        Kind::Counter => 0,
        Kind::Gauge | Kind::Info | Kind::StateSet => 1,
        Kind::Summary => 2,
        Kind::Histogram => 4,
        Kind::GaugeHistogram => 5,
        // `UNTYPED`
        _ => 3,
    }
}

/// Puts value and time of a point.
///
/// A value is there also where it is 0: readers may reuse the memory of one metric for the next, and some do not clear
/// it.
#[inline(always)]
pub(super) fn put_point(page: &mut Page, point: &Point<'_>, timestamp: Option<Timestamp>, escaping: EscapingScheme) {
    match *point {
        Point::Counter { value, exemplar, created } => put_message(page, 3, |counter| {
            put_f64(counter, 1, value.as_f64());
            if let Some(exemplar) = exemplar {
                put_exemplar(counter, 2, exemplar, escaping);
            }
            if let Some(created) = created {
                put_timestamp(counter, 3, created);
            }
        }),
        Point::Gauge { value, .. } => put_message(page, 2, |gauge| put_f64(gauge, 1, value.as_f64())),
        _ => return put_any_point(page, point, timestamp, escaping),
    }
    put_time(page, timestamp);
}

#[inline(never)]
fn put_any_point(page: &mut Page, point: &Point<'_>, timestamp: Option<Timestamp>, escaping: EscapingScheme) {
    let gauge = |page: &mut Page, value| put_message(page, 2, |gauge| put_f64(gauge, 1, value));
    match *point {
        Point::Histogram { buckets, sum, native, created } => {
            put_time(page, timestamp);
            put_message(page, 7, |histogram| put_histogram(histogram, buckets, sum, native, created, escaping));
            return;
        }
        Point::GaugeHistogram { buckets, sum, native } => {
            put_time(page, timestamp);
            put_message(page, 7, |histogram| put_histogram(histogram, buckets, sum, native, None, escaping));
            return;
        }
        Point::Summary { quantiles, count, sum, created } => put_message(page, 4, |summary| {
            count.into_iter().for_each(|count| put_u64(summary, 1, count));
            sum.into_iter().for_each(|sum| put_f64(summary, 2, sum));
            for (quantile, value) in quantiles {
                put_message(summary, 3, |page| {
                    put_f64(page, 1, *quantile);
                    put_f64(page, 2, *value);
                });
            }
            created.into_iter().for_each(|created| put_timestamp(summary, 4, created));
        }),
        Point::Info => gauge(page, 1.0),
        Point::StateSet { active, .. } => gauge(page, u8::from(active).into()),
        Point::Unknown { value, .. } => put_message(page, 5, |untyped| put_f64(untyped, 1, value.as_f64())),
        // A type that is newer than this encoder has no value.
        _ => {}
    }
    put_time(page, timestamp);
}

#[inline(always)]
fn put_time(page: &mut Page, timestamp: Option<Timestamp>) {
    if let Some(timestamp) = timestamp {
        put_i64(page, 6, timestamp.as_millis());
    }
}

fn put_histogram(
    page: &mut Page,
    buckets: Buckets<'_>,
    sum: Option<f64>,
    native: Option<&NativeHistogram>,
    created: Option<Timestamp>,
    escaping: EscapingScheme,
) {
    put_u64(page, 1, native.map_or_else(|| buckets.total(), NativeHistogram::count));
    if let Some(sum) = sum.or(native.map(NativeHistogram::sum)) {
        put_f64(page, 2, sum);
    }
    for (bound, count, exemplar) in buckets.cumulative() {
        match exemplar {
            None if count < 1 << 56 => put_bucket(page, bound, count),
            _ => put_message(page, 3, |bucket| {
                put_u64(bucket, 1, count);
                put_f64(bucket, 2, bound);
                if let Some(exemplar) = exemplar {
                    put_exemplar(bucket, 3, exemplar, escaping);
                }
            }),
        }
    }
    if let Some(native) = native {
        put_native(page, native);
    }
    if let Some(created) = created {
        put_timestamp(page, 15, created);
    }
    for exemplar in native.into_iter().flat_map(NativeHistogram::exemplars) {
        put_exemplar(page, 16, exemplar, escaping);
    }
}

/// A bucket as most are, in one go.
#[inline(always)]
fn put_bucket(page: &mut Page, bound: f64, count: u64) {
    let (count, len) = short_varint(count);
    let [a, b, c, d, e, f, g, h] = bound.to_le_bytes();
    let mut room = page.room(3 + count.len() + 9);
    room.put(&[BUCKET, low_byte(len as u64) + 10, CUMULATIVE_COUNT]);
    room.put_padded(&count, len);
    room.put(&[UPPER_BOUND, a, b, c, d, e, f, g, h]);
    room.commit();
}

/// Tags of `Histogram.bucket` and of the fields of a `Bucket`.
const BUCKET: u8 = 0x1a;
const CUMULATIVE_COUNT: u8 = 0x08;
const UPPER_BOUND: u8 = 0x11;

fn put_native(page: &mut Page, native: &NativeHistogram) {
    put_zigzag(page, 5, native.schema().into());
    put_f64(page, 6, native.zero_threshold());
    put_u64(page, 7, native.zero_count());
    put_buckets(page, [9, 10], native.negative());
    put_buckets(page, [12, 13], native.positive());
    if is_taken_for_classic(native) {
        put_span(page, 12, 0, 0);
    }
}

/// Without buckets and without a zero bucket it would look like a classic histogram: a span of no buckets says that it
/// is [native][spec].
///
/// [spec]: https://prometheus.io/docs/specs/native_histograms/#classic-protobuf-format
fn is_taken_for_classic(native: &NativeHistogram) -> bool {
    let has_buckets = [native.negative(), native.positive()].iter().any(|buckets| !buckets.spans().is_empty());
    !has_buckets && native.zero_threshold() == 0.0 && native.zero_count() == 0
}

fn put_buckets(page: &mut Page, [spans, deltas]: [u32; 2], buckets: &NativeBuckets) {
    for span in buckets.spans() {
        put_span(page, spans, span.offset, span.length);
    }
    for delta in buckets.deltas() {
        put_zigzag(page, deltas, delta);
    }
}

fn put_span(page: &mut Page, field: u32, offset: i32, length: u32) {
    put_message(page, field, |span| {
        put_zigzag(span, 1, offset.into());
        put_u64(span, 2, length.into());
    });
}

#[cold]
#[inline(never)]
fn put_exemplar(page: &mut Page, field: u32, exemplar: &Exemplar, escaping: EscapingScheme) {
    put_message(page, field, |page| {
        put_labels(page, exemplar.labels().own, escaping);
        put_f64(page, 2, exemplar.value());
        if let Some(timestamp) = exemplar.timestamp() {
            put_timestamp(page, 3, timestamp);
        }
    });
}
