//! Data points, as [`opentelemetry.proto.metrics.v1`][proto] has them.
//!
//! [proto]: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto

use super::exponential::{Dense, dense};
use crate::page::Page;
use crate::protobuf::wire::{put_bytes, put_f64, put_fixed64, put_message, put_packed, put_packed_fixed64, put_zigzag};
use metrics_core::model::{Buckets, Exemplar, Labels, NativeHistogram, Number, Timestamp};

/// What all points of one collection have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) now: Timestamp,
    /// Of the collection before: older exemplars were sent.
    pub(super) before: Option<Timestamp>,
}

/// When a point is from, and since when it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: Option<Timestamp>,
    time: Timestamp,
}

impl Span {
    /// A time of its own comes first; a start behind it is none.
    pub(super) fn new(times: Times, timestamp: Option<Timestamp>, created: Option<Timestamp>) -> Self {
        let time = timestamp.unwrap_or(times.now);
        Self { start: created.filter(|created| *created <= time), time }
    }

    /// Fields 2 and 3, in all sorts of points.
    fn put(self, page: &mut Page) {
        if let Some(start) = self.start {
            put_fixed64(page, 2, nanos(start));
        }
        put_fixed64(page, 3, nanos(self.time));
    }
}

/// The nearest that there is.
fn nanos(time: Timestamp) -> u64 {
    u64::try_from(time.as_nanos().clamp(0, u64::MAX.into())).unwrap_or_default()
}

/// A `KeyValue`.
pub(super) fn put_attribute(page: &mut Page, field: u32, name: &str, value: &str) {
    put_message(page, field, |pair| {
        put_bytes(pair, 1, name.as_bytes());
        put_message(pair, 2, |any| put_bytes(any, 1, value.as_bytes()));
    });
}

fn put_attributes(page: &mut Page, field: u32, labels: Labels<'_>) {
    for (name, value) in labels.pairs() {
        // None and an empty one are the same to Prometheus.
        if !value.is_empty() {
            put_attribute(page, field, &name, &value);
        }
    }
}

/// A `NumberDataPoint`. `state` is one more attribute.
pub(super) fn put_number(
    page: &mut Page,
    (labels, state): (Labels<'_>, Option<(&str, &str)>),
    span: Span,
    value: Number,
    exemplar: Option<&Exemplar>,
    times: Times,
) {
    span.put(page);
    match value {
        Number::U64(value) => match i64::try_from(value) {
            Ok(value) => put_fixed64(page, 6, value.cast_unsigned()),
            Err(_) => put_f64(page, 4, Number::U64(value).as_f64()),
        },
        Number::I64(value) => put_fixed64(page, 6, value.cast_unsigned()),
        Number::F64(value) => put_f64(page, 4, value),
    }
    put_exemplars(page, 5, exemplar, times);
    put_attributes(page, 7, labels);
    if let Some((name, value)) = state {
        put_attribute(page, 7, name, value);
    }
}

/// A `HistogramDataPoint`.
pub(super) fn put_histogram(
    page: &mut Page,
    labels: Labels<'_>,
    span: Span,
    buckets: Buckets<'_>,
    sum: Option<f64>,
    times: Times,
) {
    span.put(page);
    put_fixed64(page, 4, buckets.total());
    put_sum(page, sum);
    put_packed_fixed64(page, 6, buckets.counts.iter().copied());
    put_packed_fixed64(page, 7, buckets.bounds.iter().map(|bound| bound.to_bits()));
    put_exemplars(page, 8, buckets.exemplars.iter().flatten(), times);
    put_attributes(page, 9, labels);
}

/// An `ExponentialHistogramDataPoint`. Observations that were NaN have no place in it.
pub(super) fn put_exponential(
    page: &mut Page,
    labels: Labels<'_>,
    span: Span,
    native: &NativeHistogram,
    buckets: Buckets<'_>,
    times: Times,
) {
    put_attributes(page, 1, labels);
    span.put(page);
    let (scale, [positive, negative]) = dense(native.schema(), [native.positive(), native.negative()]);
    let counts = positive.counts.iter().chain(&negative.counts);
    put_fixed64(page, 4, counts.fold(native.zero_count(), |total, count| total.saturating_add(*count)));
    put_sum(page, Some(native.sum()));
    put_zigzag(page, 6, scale.into());
    put_fixed64(page, 7, native.zero_count());
    for (field, Dense { offset, counts }) in [(8, positive), (9, negative)] {
        put_message(page, field, |page| {
            put_zigzag(page, 1, offset.into());
            put_packed(page, 2, counts);
        });
    }
    let of_buckets = buckets.exemplars.iter().flatten();
    let has_own = !native.exemplars().is_empty();
    put_exemplars(page, 11, native.exemplars().iter().chain(of_buckets.filter(|_| !has_own)), times);
    put_f64(page, 14, native.zero_threshold());
}

/// A `SummaryDataPoint`.
pub(super) fn put_summary(
    page: &mut Page,
    labels: Labels<'_>,
    span: Span,
    (quantiles, count, sum): (&[(f64, f64)], u64, Option<f64>),
) {
    span.put(page);
    put_fixed64(page, 4, count);
    put_f64(page, 5, sum.unwrap_or_default());
    for (quantile, value) in quantiles {
        put_message(page, 6, |page| {
            put_f64(page, 1, *quantile);
            put_f64(page, 2, *value);
        });
    }
    put_attributes(page, 7, labels);
}

/// What is not known, and what is no number, is left out.
fn put_sum(page: &mut Page, sum: Option<f64>) {
    if let Some(sum) = sum.filter(|sum| !sum.is_nan()) {
        put_f64(page, 5, sum);
    }
}

/// Those that are new; one without a time may be. What has come since the collection began is left for the next one.
fn put_exemplars<'a>(page: &mut Page, field: u32, exemplars: impl IntoIterator<Item = &'a Exemplar>, times: Times) {
    for exemplar in exemplars {
        let is_new = |time| time <= times.now && times.before.is_none_or(|before| time > before);
        if exemplar.timestamp().is_none_or(is_new) {
            put_message(page, field, |page| put_exemplar(page, exemplar, times.now));
        }
    }
}

fn put_exemplar(page: &mut Page, exemplar: &Exemplar, now: Timestamp) {
    put_fixed64(page, 2, nanos(exemplar.timestamp().unwrap_or(now)));
    put_f64(page, 3, exemplar.value());
    let (mut span_id, mut trace_id) = (None, None);
    for (name, value) in exemplar.labels().pairs() {
        match &*name {
            "span_id" if id::<8>(&value).is_some() => span_id = id::<8>(&value),
            "trace_id" if id::<16>(&value).is_some() => trace_id = id::<16>(&value),
            _ => put_attribute(page, 7, &name, &value),
        }
    }
    if let Some(id) = span_id {
        put_bytes(page, 4, &id);
    }
    if let Some(id) = trace_id {
        put_bytes(page, 5, &id);
    }
}

/// An id in hexadecimal, which is [not zero][spec].
///
/// [spec]: https://www.w3.org/TR/trace-context/#trace-id
fn id<const LEN: usize>(text: &str) -> Option<[u8; LEN]> {
    let mut bytes = [0; LEN];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != LEN || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    (bytes != [0; LEN]).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hexadecimal_of_one_length_and_not_zero() {
        assert_eq!(id::<8>("00F067aa0ba902b7"), Some([0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 2, 0xb7]));
        for text in
            ["", "00f067aa0ba902b", "00f067aa0ba902b77", "0000000000000000", "00f067aa0ba902bg", "+0f067aa0ba902b7"]
        {
            assert_eq!(id::<8>(text), None, "{text}");
        }
    }
}
