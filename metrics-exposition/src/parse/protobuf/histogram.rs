//! A message `Histogram`.

use super::super::error::ParseFault;
use super::super::histogram::{Bucket, FromBuckets};
use super::super::number;
use super::point::exemplar;
use super::wire::{Fault, Field, Message};
use metrics_core::model::{BucketSpan, Exemplar, FamilyFault, NativeBuckets, NativeHistogram, Timestamp};

/// What was read of a histogram. Serves one after the other.
#[derive(Default)]
pub(super) struct Histogram {
    count: u64,
    sum: Option<f64>,
    buckets: Vec<Bucket>,
    schema: i32,
    zero_threshold: f64,
    zero_count: u64,
    negative: Side,
    positive: Side,
    exemplars: Vec<Exemplar>,
    pub(super) created: Option<Timestamp>,
}

/// Native buckets on one side of zero.
#[derive(Default)]
struct Side {
    spans: Vec<BucketSpan>,
    deltas: Vec<i64>,
    counts: Vec<f64>,
}

impl Histogram {
    pub(super) fn read(&mut self, mut message: Message<'_>) -> Result<(), Fault> {
        self.clear();
        while let Some(field) = message.next()? {
            let name = match field.number {
                1 => "sample_count",
                2 => "sample_sum",
                3 => "bucket",
                4 => "sample_count_float",
                5 => "schema",
                6 => "zero_threshold",
                7 => "zero_count",
                8 => "zero_count_float",
                9 => "negative_span",
                10 => "negative_delta",
                11 => "negative_count",
                12 => "positive_span",
                13 => "positive_delta",
                14 => "positive_count",
                15 => "start_timestamp",
                16 => "exemplars",
                _ => continue,
            };
            self.take(&field).map_err(|fault| match field.number {
                3 => fault.within_one(name, self.buckets.len()),
                16 => fault.within_one(name, self.exemplars.len()),
                _ => fault.within(name),
            })?;
        }
        Ok(())
    }

    /// Keeps the memory.
    fn clear(&mut self) {
        let Self { buckets, negative, positive, exemplars, .. } = std::mem::take(self);
        *self = Self { buckets, negative, positive, exemplars, ..Self::default() };
        self.buckets.clear();
        self.exemplars.clear();
        for Side { spans, deltas, counts } in [&mut self.negative, &mut self.positive] {
            spans.clear();
            deltas.clear();
            counts.clear();
        }
    }

    fn take(&mut self, field: &Field<'_>) -> Result<(), Fault> {
        match field.number {
            1 => self.count = field.u64()?,
            2 => self.sum = Some(field.f64()?),
            3 => self.buckets.push(bucket(field)?),
            4 => self.count = whole(field, self.count)?,
            5 => self.schema = field.i32_zigzag()?,
            6 => self.zero_threshold = field.f64()?,
            7 => self.zero_count = field.u64()?,
            8 => self.zero_count = whole(field, self.zero_count)?,
            9 => self.negative.spans.push(span(field)?),
            10 => field.zigzags(&mut self.negative.deltas)?,
            11 => field.f64s(&mut self.negative.counts)?,
            12 => self.positive.spans.push(span(field)?),
            13 => field.zigzags(&mut self.positive.deltas)?,
            14 => field.f64s(&mut self.positive.counts)?,
            15 => self.created = Some(field.timestamp()?),
            _ => self.exemplars.push(exemplar(field)?),
        }
        Ok(())
    }

    /// The point that it is, if it can be one; `at` is where it begins.
    pub(super) fn point<P: FromBuckets>(&mut self, at: usize) -> Result<Result<P, FamilyFault>, Fault> {
        let native = if self.is_native() { Some(self.native(at)?) } else { None };
        let (sum, count) = (self.sum, self.count);
        let point = match native {
            Some(native) if self.buckets.is_empty() => Ok(P::from_native(native)),
            native => {
                match self.buckets.last() {
                    Some((f64::INFINITY, buckets, _)) if *buckets == count => {}
                    Some((f64::INFINITY, buckets, _)) => {
                        return Ok(Err(FamilyFault::Count { count, buckets: *buckets }));
                    }
                    _ => self.buckets.push((f64::INFINITY, count, None)),
                }
                let point = P::from_buckets(self.buckets.drain(..));
                point.map(|point| match native {
                    Some(native) => point.with_native(native),
                    None => point,
                })
            }
        };
        Ok(point.map(|point| match sum {
            Some(sum) => point.with_sum(sum),
            None => point,
        }))
    }

    /// [As Prometheus sees it][spec].
    ///
    /// [spec]: https://prometheus.io/docs/specs/native_histograms/#classic-protobuf-format
    fn is_native(&self) -> bool {
        let has_spans = !(self.negative.spans.is_empty() && self.positive.spans.is_empty());
        has_spans || self.zero_threshold > 0.0 || self.zero_count > 0
    }

    fn native(&mut self, at: usize) -> Result<NativeHistogram, Fault> {
        let refuse = |fault| Fault::new(at, fault);
        let of_model = |error| refuse(ParseFault::Family(FamilyFault::Native(error)));
        let schema = i8::try_from(self.schema)
            .map_err(|_| refuse(ParseFault::Rule("a native histogram has a schema of -4 to 8")).within("schema"))?;
        let negative = self.negative.buckets().map_err(|fault| refuse(fault).within("negative_delta"))?;
        let positive = self.positive.buckets().map_err(|fault| refuse(fault).within("positive_delta"))?;
        let sum = self.sum.unwrap_or_default();
        let native = NativeHistogram::new(schema, sum, positive, negative).map_err(of_model)?;
        let native = native.with_zero_bucket(self.zero_threshold, self.zero_count).map_err(of_model)?;
        let Some(not_a_number) = self.count.checked_sub(native.count()) else {
            let rule = "there are more observations in the native buckets than in all";
            return Err(refuse(ParseFault::Rule(rule)).within("sample_count"));
        };
        let native = native.with_not_a_number(not_a_number);
        native.with_exemplars(std::mem::take(&mut self.exemplars)).map_err(of_model)
    }
}

impl Side {
    fn buckets(&self) -> Result<NativeBuckets, ParseFault> {
        // One of no buckets only says that this is a native histogram.
        let spans: Vec<_> =
            self.spans.iter().copied().filter(|span| *span != BucketSpan { offset: 0, length: 0 }).collect();
        let buckets = if self.counts.is_empty() {
            NativeBuckets::from_deltas(spans, &self.deltas)
        } else {
            let counts = self.counts.iter().map(|count| number::whole_f64(*count)).collect::<Option<_>>();
            NativeBuckets::from_counts(spans, counts.ok_or(FLOAT)?)
        };
        buckets.map_err(|error| ParseFault::Family(FamilyFault::Native(error)))
    }
}

fn bucket(field: &Field<'_>) -> Result<Bucket, Fault> {
    let mut message = field.message()?;
    let (mut bound, mut count, mut found) = (0.0, 0, None);
    while let Some(field) = message.next()? {
        match field.number {
            1 => count = field.u64().map_err(|fault| fault.within("cumulative_count"))?,
            2 => bound = field.f64().map_err(|fault| fault.within("upper_bound"))?,
            3 => found = Some(exemplar(&field).map_err(|fault| fault.within("exemplar"))?),
            4 => count = whole(&field, count).map_err(|fault| fault.within("cumulative_count_float"))?,
            _ => {}
        }
    }
    Ok((bound, count, found))
}

fn span(field: &Field<'_>) -> Result<BucketSpan, Fault> {
    let mut message = field.message()?;
    let mut span = BucketSpan { offset: 0, length: 0 };
    while let Some(field) = message.next()? {
        match field.number {
            1 => span.offset = field.i32_zigzag().map_err(|fault| fault.within("offset"))?,
            2 => span.length = field.u32().map_err(|fault| fault.within("length"))?,
            _ => {}
        }
    }
    Ok(span)
}

const FLOAT: ParseFault = ParseFault::Rule("a count is whole, and not negative");

/// A count that is a double, which counts if it is not 0 ([spec]).
///
/// [spec]: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
fn whole(field: &Field<'_>, otherwise: u64) -> Result<u64, Fault> {
    match field.f64()? {
        0.0 => Ok(otherwise),
        count => number::whole_f64(count).ok_or_else(|| field.fault(FLOAT)),
    }
}
