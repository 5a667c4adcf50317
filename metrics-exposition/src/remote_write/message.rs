//! Requests of both versions of the protocol.

use super::batch::{Item, STALE, Sample, SampleValue};
use super::labels::of_sample;
use super::series::Meta;
use crate::page::Page;
use crate::protobuf::wire::{put_bytes, put_f64, put_i64, put_message, put_packed, put_u64, put_zigzag, zigzag};
use metrics_core::model::{Exemplar, Kind, NativeBuckets, NativeHistogram, Timestamp};
use std::borrow::Cow;
use std::collections::HashMap;

/// An [`io.prometheus.write.v2.Request`][proto], not compressed.
///
/// The time at which a series began to count stands in each sample, as the [specification][spec] has it, and in the series
/// too, where Prometheus before 3.8 looks for it; either reader leaves out what it does not know.
///
/// [proto]: https://buf.build/prometheus/prometheus/docs/main:io.prometheus.write.v2
/// [spec]: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
pub(super) fn v2(items: &[Item]) -> Vec<u8> {
    let (mut symbols, mut series) = (Symbols::default(), Page::default());
    for item in items {
        let meta = &*item.series.meta;
        let [help, unit] = [&meta.help, &meta.unit].map(|text| symbols.number(text.as_bytes()));
        item.visit(&mut |sample| {
            let Sample { name, own, value, exemplars, start } = sample;
            let labels = of_sample(&item.series.labels, name, own);
            symbols.numbers(labels.flatten());
            put_message(&mut series, 5, |series| {
                put_packed(series, 1, symbols.found());
                match value {
                    SampleValue::Number(value) => put_message(series, 2, |sample| {
                        put_number(sample, value, item.time);
                        put_time(sample, 3, start);
                    }),
                    SampleValue::Native(native) => put_message(series, 3, |histogram| {
                        put_native(histogram, native, meta.kind, item.time);
                        put_time(histogram, 17, start);
                    }),
                    SampleValue::StaleNative => put_message(series, 3, |histogram| put_stale(histogram, item.time)),
                }
                for (_, exemplar) in exemplars {
                    symbols.owned_numbers(exemplar);
                    put_message(series, 4, |page| {
                        put_packed(page, 1, symbols.found());
                        put_f64(page, 2, exemplar.value());
                        put_i64(page, 3, exemplar.timestamp().map_or(item.time, Timestamp::as_millis));
                    });
                }
                put_message(series, 5, |metadata| {
                    put_u64(metadata, 1, metric_type(meta.kind));
                    put_u64(metadata, 3, help);
                    put_u64(metadata, 4, unit);
                });
                put_time(series, 6, start);
            });
        });
    }
    symbols.page.push(series.as_bytes());
    symbols.page.take()
}

/// A [`prometheus.WriteRequest`][proto], not compressed.
///
/// [proto]: https://github.com/prometheus/prometheus/blob/main/prompb/remote.proto
pub(super) fn v1(items: &[Item]) -> Vec<u8> {
    let mut page = Page::default();
    let mut families: Vec<&Meta> = Vec::new();
    for item in items {
        let meta = &*item.series.meta;
        // Points of a family come one behind the other.
        if !families.last().is_some_and(|last| std::ptr::eq(*last, meta)) {
            families.push(meta);
        }
        item.visit(&mut |sample| {
            put_message(&mut page, 1, |series| {
                for label in of_sample(&item.series.labels, sample.name, sample.own) {
                    put_label(series, label);
                }
                if let SampleValue::Number(value) = sample.value {
                    put_message(series, 2, |sample| put_number(sample, value, item.time));
                }
                for (_, exemplar) in sample.exemplars {
                    put_message(series, 3, |page| {
                        for (name, value) in sorted(exemplar) {
                            put_label(page, [name.as_bytes(), value.as_bytes()]);
                        }
                        put_f64(page, 2, exemplar.value());
                        put_i64(page, 3, exemplar.timestamp().map_or(item.time, Timestamp::as_millis));
                    });
                }
                match sample.value {
                    SampleValue::Number(_) => {}
                    SampleValue::Native(native) => {
                        put_message(series, 4, |page| put_native(page, native, meta.kind, item.time));
                    }
                    SampleValue::StaleNative => put_message(series, 4, |page| put_stale(page, item.time)),
                }
            });
        });
    }
    for family in families {
        put_message(&mut page, 3, |metadata| {
            put_u64(metadata, 1, metric_type(family.kind));
            put_bytes(metadata, 2, family.value.as_bytes());
            put_bytes(metadata, 4, family.help.as_bytes());
            put_bytes(metadata, 5, family.unit.as_bytes());
        });
    }
    page.take()
}

/// Texts, each of which a request has once.
struct Symbols<'a> {
    page: Page,
    numbers: HashMap<Cow<'a, [u8]>, u32>,
    /// Those that were asked for last.
    found: Vec<u32>,
}

impl Default for Symbols<'_> {
    /// The first one has to be empty.
    fn default() -> Self {
        let mut symbols = Self { page: Page::default(), numbers: HashMap::new(), found: Vec::new() };
        symbols.add(Cow::Borrowed(b""));
        symbols
    }
}

impl<'a> Symbols<'a> {
    fn add(&mut self, text: Cow<'a, [u8]>) -> u32 {
        // A batch has fewer samples than would be needed for that.
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        put_bytes(&mut self.page, 4, &text);
        self.numbers.insert(text, number);
        number
    }

    fn number(&mut self, text: &'a [u8]) -> u64 {
        let known = self.numbers.get(text).copied();
        known.unwrap_or_else(|| self.add(Cow::Borrowed(text))).into()
    }

    fn numbers(&mut self, texts: impl Iterator<Item = &'a [u8]>) {
        self.found.clear();
        for text in texts {
            let known = self.numbers.get(text).copied();
            let number = known.unwrap_or_else(|| self.add(Cow::Borrowed(text)));
            self.found.push(number);
        }
    }

    fn owned_numbers(&mut self, exemplar: &Exemplar) {
        self.found.clear();
        for text in sorted(exemplar).into_iter().flat_map(|(name, value)| [name, value]) {
            let known = self.numbers.get(text.as_bytes()).copied();
            let number = known.unwrap_or_else(|| self.add(Cow::Owned(text.into_owned().into_bytes())));
            self.found.push(number);
        }
    }

    fn found(&self) -> impl Iterator<Item = u64> {
        self.found.iter().map(|number| u64::from(*number))
    }
}

/// By name.
fn sorted(exemplar: &Exemplar) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut labels: Vec<_> = exemplar.labels().pairs().collect();
    labels.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    labels
}

fn put_label(page: &mut Page, [name, value]: [&[u8]; 2]) {
    put_message(page, 1, |label| {
        put_bytes(label, 1, name);
        put_bytes(label, 2, value);
    });
}

fn put_number(page: &mut Page, value: f64, time: i64) {
    put_f64(page, 1, value);
    put_i64(page, 2, time);
}

/// Nothing if there is none.
fn put_time(page: &mut Page, field: u32, millis: i64) {
    if millis != 0 {
        put_i64(page, field, millis);
    }
}

/// The same in both versions, up to the time.
fn put_native(page: &mut Page, native: &NativeHistogram, kind: Kind, time: i64) {
    const GAUGE: u64 = 3;
    put_u64(page, 1, native.count());
    put_f64(page, 3, native.sum());
    put_zigzag(page, 4, native.schema().into());
    put_f64(page, 5, native.zero_threshold());
    put_u64(page, 6, native.zero_count());
    put_buckets(page, [8, 9], native.negative());
    put_buckets(page, [11, 12], native.positive());
    if kind == Kind::GaugeHistogram {
        put_u64(page, 14, GAUGE);
    }
    put_i64(page, 15, time);
}

/// A native histogram whose sum says that it has ended.
fn put_stale(page: &mut Page, time: i64) {
    put_u64(page, 1, 0);
    put_f64(page, 3, STALE);
    put_u64(page, 6, 0);
    put_i64(page, 15, time);
}

fn put_buckets(page: &mut Page, [spans, deltas]: [u32; 2], buckets: &NativeBuckets) {
    for span in buckets.spans() {
        put_message(page, spans, |page| {
            put_zigzag(page, 1, span.offset.into());
            put_u64(page, 2, span.length.into());
        });
    }
    put_packed(page, deltas, buckets.deltas().map(zigzag));
}

/// The same in both versions.
fn metric_type(kind: Kind) -> u64 {
    match kind {
        Kind::Counter => 1,
        Kind::Gauge => 2,
        Kind::Histogram => 3,
        Kind::GaugeHistogram => 4,
        Kind::Summary => 5,
        Kind::Info => 6,
        Kind::StateSet => 7,
        _ => 0,
    }
}
