//! Values of several parts, in braces, in one order and without blanks ([composite values][spec]).
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/#compositevalues

use super::super::cursor::Cursor;
use super::super::error::{Fault, ParseFault};
use super::super::histogram::FromBuckets;
use super::super::number;
use metrics_core::model::{BucketSpan, Exemplar, FamilyFault, NativeBuckets, NativeHistogram, Number, SummaryPoint};

/// `{count:2,sum:1.5,schema:0,zero_threshold:0,zero_count:0,positive_spans:[1:2],positive_buckets:[1,1],bucket:[+Inf:2]}`
pub(super) struct Histogram {
    count: u64,
    sum: f64,
    native: Option<NativeHistogram>,
    /// Cumulative; empty if there are native ones only.
    buckets: Vec<(f64, u64)>,
}

/// `{count:2,sum:1.5,quantile:[0.5:0.7]}`
pub(super) struct Summary {
    count: u64,
    sum: f64,
    quantiles: Vec<(f64, f64)>,
}

impl Histogram {
    /// Before the names of count and sum stands this.
    pub(super) fn read(cursor: &mut Cursor<'_>, prefix: &str) -> Result<Self, Fault> {
        cursor.expect("{", "`{` and a value of several parts")?;
        let of_gauge = !prefix.is_empty();
        key(cursor, if of_gauge { "gcount:" } else { "count:" }, "`count:`, or `gcount:` of a gauge histogram")?;
        let count = count(cursor)?;
        key(cursor, if of_gauge { ",gsum:" } else { ",sum:" }, "`,sum:`, or `,gsum:` of a gauge histogram")?;
        let sum = float(cursor)?;
        let native = if cursor.skip(",schema:") { Some(native(cursor, count, sum)?) } else { None };
        let mut buckets = Vec::new();
        let at = cursor.at();
        if cursor.skip(",bucket:") {
            list(cursor, |cursor| {
                let at = cursor.at();
                let bound = float(cursor)?;
                if bound.is_nan() {
                    return Err(ParseFault::Value.at(at));
                }
                cursor.expect(":", "`:` and the bucket's count")?;
                buckets.push((bound, self::count(cursor)?));
                Ok(())
            })?;
            if buckets.last().is_none_or(|(bound, _)| *bound != f64::INFINITY) {
                return Err(ParseFault::Family(FamilyFault::MissingInf).at(at));
            }
        } else if native.is_none() {
            return cursor.fail(ParseFault::Expected("`,bucket:` or `,schema:`"));
        }
        end(cursor)?;
        Ok(Self { count, sum, native, buckets })
    }

    /// The point that it is, if it can be one.
    pub(super) fn point<P: FromBuckets>(
        self,
        exemplars: Vec<Exemplar>,
        at: usize,
    ) -> Result<Result<P, FamilyFault>, Fault> {
        let Self { count, sum, native, buckets } = self;
        let in_bucket = |exemplar: &Exemplar| {
            let last = buckets.len().saturating_sub(1);
            buckets.iter().position(|(bound, _)| exemplar.value() <= *bound).unwrap_or(last)
        };
        let mut of_buckets = vec![None; buckets.len()];
        for exemplar in &exemplars {
            if let Some(place) = of_buckets.get_mut(in_bucket(exemplar)) {
                *place = Some(exemplar.clone());
            }
        }
        let native = native.map(|native| native.with_exemplars(exemplars)).transpose();
        let native = native.map_err(|error| ParseFault::Family(FamilyFault::Native(error)).at(at))?;
        let Some((_, last)) = buckets.last() else {
            return Ok(native.map(|native| P::from_native(native).with_sum(sum)).ok_or(FamilyFault::MissingInf));
        };
        if *last != count {
            return Ok(Err(FamilyFault::Count { count, buckets: *last }));
        }
        let all = buckets.iter().zip(of_buckets).map(|((bound, count), exemplar)| (*bound, *count, exemplar));
        Ok(P::from_buckets(all).map(|point| match native {
            Some(native) => point.with_native(native).with_sum(sum),
            None => point.with_sum(sum),
        }))
    }
}

impl Summary {
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        cursor.expect("{", "`{` and a value of several parts")?;
        key(cursor, "count:", "`count:`")?;
        let count = count(cursor)?;
        key(cursor, ",sum:", "`,sum:`")?;
        let at = cursor.at();
        let sum = float(cursor)?;
        if sum.is_nan() || sum < 0.0 {
            return Err(ParseFault::Rule("the sum of a summary is a number, and never negative").at(at));
        }
        key(cursor, ",quantile:", "`,quantile:`")?;
        let mut quantiles: Vec<(f64, f64)> = Vec::new();
        list(cursor, |cursor| {
            let quantile = float(cursor)?;
            cursor.expect(":", "`:` and the quantile's value")?;
            let at = cursor.at();
            let value = float(cursor)?;
            if value < 0.0 {
                return Err(ParseFault::Rule("the value of a quantile is never negative").at(at));
            }
            quantiles.push((quantile, value));
            Ok(())
        })?;
        end(cursor)?;
        Ok(Self { count, sum, quantiles })
    }

    pub(super) fn point(self) -> SummaryPoint {
        let add = |point: SummaryPoint, (quantile, value)| point.quantile(quantile, value);
        self.quantiles.into_iter().fold(SummaryPoint::from((self.count, self.sum)), add)
    }
}

/// What stands behind `schema:`.
fn native(cursor: &mut Cursor<'_>, count: u64, sum: f64) -> Result<NativeHistogram, Fault> {
    let at = cursor.at();
    let schema =
        part(cursor).parse().map_err(|_| ParseFault::Rule("a native histogram has a schema of -4 to 8").at(at))?;
    key(cursor, ",zero_threshold:", "`,zero_threshold:`")?;
    let zero_threshold = float(cursor)?;
    key(cursor, ",zero_count:", "`,zero_count:`")?;
    let zero_count = self::count(cursor)?;
    let negative = side(cursor, ",negative_spans:", ",negative_buckets:")?;
    let positive = side(cursor, ",positive_spans:", ",positive_buckets:")?;
    let of_model = |error| ParseFault::Family(FamilyFault::Native(error)).at(at);
    let native = NativeHistogram::new(schema, sum, positive, negative).map_err(of_model)?;
    let native = native.with_zero_bucket(zero_threshold, zero_count).map_err(of_model)?;
    match count.checked_sub(native.count()) {
        Some(not_a_number) => Ok(native.with_not_a_number(not_a_number)),
        None => Err(ParseFault::Rule("there are more observations in the native buckets than in all").at(at)),
    }
}

/// Spans and counts on one side of zero, if there are any.
fn side(cursor: &mut Cursor<'_>, spans_key: &str, counts_key: &'static str) -> Result<NativeBuckets, Fault> {
    let at = cursor.at();
    if !cursor.skip(spans_key) {
        return Ok(NativeBuckets::default());
    }
    let (mut spans, mut counts) = (Vec::new(), Vec::new());
    list(cursor, |cursor| {
        let at = cursor.at();
        let offset = part(cursor).parse();
        cursor.expect(":", "`:` and the span's length")?;
        match (offset, part(cursor).parse()) {
            (Ok(offset), Ok(length)) => spans.push(BucketSpan { offset, length }),
            _ => return Err(ParseFault::Rule("a span is an offset and a length, of 32 bits").at(at)),
        }
        Ok(())
    })?;
    key(cursor, counts_key, "the buckets of the spans")?;
    list(cursor, |cursor| {
        counts.push(count(cursor)?);
        Ok(())
    })?;
    NativeBuckets::from_counts(spans, counts).map_err(|error| ParseFault::Family(FamilyFault::Native(error)).at(at))
}

fn key(cursor: &mut Cursor<'_>, key: &str, what: &'static str) -> Result<(), Fault> {
    cursor.expect(key, what)
}

fn end(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.expect("}", "`}`, or the next part of the value")
}

/// `[item,item]`
fn list<'a>(cursor: &mut Cursor<'a>, mut item: impl FnMut(&mut Cursor<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    cursor.expect("[", "`[`")?;
    if cursor.skip("]") {
        return Ok(());
    }
    loop {
        item(cursor)?;
        if cursor.skip("]") {
            return Ok(());
        }
        cursor.expect(",", "`,` or `]`")?;
    }
}

/// Everything up to what separates parts.
fn part<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|b| !matches!(b, b',' | b':' | b'[' | b']' | b'{' | b'}' | b' '))
}

fn value(cursor: &mut Cursor<'_>) -> Result<Number, Fault> {
    let at = cursor.at();
    number::value(part(cursor)).ok_or_else(|| ParseFault::Value.at(at))
}

fn float(cursor: &mut Cursor<'_>) -> Result<f64, Fault> {
    value(cursor).map(Number::as_f64)
}

fn count(cursor: &mut Cursor<'_>) -> Result<u64, Fault> {
    let at = cursor.at();
    let count = number::whole(value(cursor)?);
    count.ok_or_else(|| ParseFault::Rule("a count is whole, and not negative").at(at))
}
