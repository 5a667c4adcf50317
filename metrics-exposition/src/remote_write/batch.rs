//! What was collected of a point, and the samples that it is.

use super::series::{Series, Shape};
use metrics_core::model::{Exemplar, NativeHistogram};
use std::mem::size_of;
use std::slice;
use std::sync::Arc;

/// A point at one time, with no more of its own than its values.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) series: Arc<Series>,
    /// Milliseconds since 1970.
    pub(super) time: i64,
    /// When it began to count, in milliseconds since 1970; 0: unknown, or it does not count.
    pub(super) start: i64,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Number(f64),
    Traced(Box<(f64, Placed)>),
    Histogram(Box<Histogram>),
    Summary(Box<Summary>),
    /// It has ended, and these were its samples.
    Stale(Arc<Shape>),
}

/// An exemplar, and of which bucket; [`NATIVE`] for the native histogram.
pub(super) type Placed = (usize, Exemplar);

pub(super) const NATIVE: usize = usize::MAX;

#[derive(Debug)]
pub(super) struct Histogram {
    pub(super) shape: Arc<Shape>,
    /// Cumulative.
    pub(super) counts: Box<[u64]>,
    pub(super) sum: f64,
    pub(super) native: Option<NativeHistogram>,
    /// In the order of their places.
    pub(super) exemplars: Vec<Placed>,
}

#[derive(Debug)]
pub(super) struct Summary {
    pub(super) shape: Arc<Shape>,
    pub(super) quantiles: Box<[f64]>,
    pub(super) count: u64,
    pub(super) sum: f64,
}

/// A sample on its way into a message.
pub(super) struct Sample<'a> {
    pub(super) name: &'a str,
    /// The label that its type has.
    pub(super) own: Option<(&'a str, &'a str)>,
    pub(super) value: SampleValue<'a>,
    pub(super) exemplars: &'a [Placed],
    /// As [`Item::start`].
    pub(super) start: i64,
}

#[derive(Clone, Copy)]
pub(super) enum SampleValue<'a> {
    Number(f64),
    Native(&'a NativeHistogram),
    /// A native histogram that has ended.
    StaleNative,
}

/// What [Prometheus takes][spec] for the end of a series: a NaN that no arithmetic yields.
///
/// [spec]: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#stale-markers
pub(super) const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

impl Item {
    pub(super) fn samples(&self) -> u64 {
        match &self.value {
            Value::Number(_) | Value::Traced(_) => 1,
            Value::Histogram(histogram) => histogram.shape.samples(),
            Value::Summary(summary) => summary.shape.samples(),
            Value::Stale(shape) => shape.samples(),
        }
    }

    /// What it holds in memory, with its labels, which others may hold too.
    pub(super) fn bytes(&self) -> usize {
        let own = match &self.value {
            Value::Number(_) | Value::Stale(_) => 0,
            Value::Traced(traced) => size_of::<(f64, Placed)>() + exemplar_bytes(&traced.1),
            Value::Histogram(histogram) => {
                let native = histogram.native.as_ref().map_or(0, |native| {
                    let buckets = [native.positive(), native.negative()]
                        .map(|side| 8 * side.counts().len() + 8 * side.spans().len());
                    buckets[0] + buckets[1]
                });
                let exemplars: usize = histogram.exemplars.iter().map(exemplar_bytes).sum();
                size_of::<Histogram>() + 8 * histogram.counts.len() + native + exemplars
            }
            Value::Summary(summary) => size_of::<Summary>() + 8 * summary.quantiles.len(),
        };
        size_of::<Self>() + self.series.labels.as_bytes().len() + own
    }

    /// Calls `give` with each of its samples.
    pub(super) fn visit<'a>(&'a self, give: &mut dyn FnMut(Sample<'a>)) {
        let (meta, start) = (&*self.series.meta, self.start);
        let plain = |name, value| Sample { name, own: None, value: SampleValue::Number(value), exemplars: &[], start };
        match &self.value {
            Value::Number(value) => give(plain(&*meta.value, *value)),
            Value::Traced(traced) => {
                let (value, exemplar) = &**traced;
                give(Sample { exemplars: slice::from_ref(exemplar), ..plain(&*meta.value, *value) });
            }
            Value::Histogram(histogram) => {
                let Histogram { shape, counts, sum, native, exemplars } = &**histogram;
                for (place, (bound, count)) in shape.bounds.iter().zip(counts).enumerate() {
                    let own = Some(("le", &*bound.text));
                    give(Sample { own, exemplars: at(exemplars, place), ..plain(&*meta.bucket, as_f64(*count)) });
                }
                if shape.sum {
                    give(plain(&*meta.sum, *sum));
                }
                if shape.count {
                    give(plain(&*meta.count, as_f64(counts.last().copied().unwrap_or_default())));
                }
                if let Some(native) = native {
                    let value = SampleValue::Native(native);
                    give(Sample { value, exemplars: at(exemplars, NATIVE), ..plain(&*meta.value, 0.0) });
                }
            }
            Value::Summary(summary) => {
                let Summary { shape, quantiles, count, sum } = &**summary;
                for (quantile, value) in shape.quantiles.iter().zip(quantiles) {
                    // A quantile counts nothing.
                    give(Sample { own: Some(("quantile", &*quantile.text)), start: 0, ..plain(&*meta.value, *value) });
                }
                if shape.sum {
                    give(plain(&*meta.sum, *sum));
                }
                if shape.count {
                    give(plain(&*meta.count, as_f64(*count)));
                }
            }
            Value::Stale(shape) => {
                for bound in &shape.bounds {
                    give(Sample { own: Some(("le", &*bound.text)), ..plain(&*meta.bucket, STALE) });
                }
                for quantile in &shape.quantiles {
                    give(Sample { own: Some(("quantile", &*quantile.text)), ..plain(&*meta.value, STALE) });
                }
                let singles = [(shape.value, &meta.value), (shape.sum, &meta.sum), (shape.count, &meta.count)];
                for (_, name) in singles.into_iter().filter(|(is_there, _)| *is_there) {
                    give(plain(name, STALE));
                }
                if shape.native {
                    give(Sample { value: SampleValue::StaleNative, ..plain(&*meta.value, STALE) });
                }
            }
        }
    }
}

fn exemplar_bytes((_, exemplar): &Placed) -> usize {
    size_of::<Placed>() + exemplar.labels().own.len()
}

fn at(exemplars: &[Placed], place: usize) -> &[Placed] {
    let begin = exemplars.partition_point(|(other, _)| *other < place);
    let end = exemplars.partition_point(|(other, _)| *other <= place);
    &exemplars[begin..end]
}

#[allow(clippy::cast_precision_loss, reason = "samples are doubles")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documentation says so.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_sample_that_waits_takes_40_bytes() {
        assert_eq!(size_of::<Item>(), 40);
    }
}
