//! Random families of every type.

use metrics_core::model::{
    BucketSpan, CounterMetricFamily, CounterPoint, Exemplar, GaugeHistogramMetricFamily, GaugeHistogramPoint,
    GaugeMetricFamily, GaugePoint, HistogramMetricFamily, HistogramPoint, InfoMetricFamily, InfoPoint, MetricFamily,
    NativeBuckets, NativeHistogram, StateSetMetricFamily, StateSetPoint, SummaryMetricFamily, SummaryPoint, Timestamp,
    UnknownMetricFamily, UnknownPoint,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    prop_oneof![3 => any::<String>(), 1 => "[\\\\\"\n,={}# a]{0,12}", 1 => "[a-z]{0,20}"]
}

/// Series by the value of their one label.
fn series<T: std::fmt::Debug>(point: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<(String, T)>> {
    btree_map(words(), point, 0..4).prop_map(|map| map.into_iter().collect())
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    let secs = prop_oneof![-3i64..3, 0i64..4_000_000_000, any::<i64>()];
    option::weighted(0.3, (secs, 0u32..1_000_000_000).prop_map(|(secs, nanos)| Timestamp::new(secs, nanos).unwrap()))
}

fn exemplar() -> impl Strategy<Value = Option<Exemplar>> {
    let labels = btree_map("[a-z]{1,5}", "[a-z\"\\\\ é]{0,10}", 0..3);
    option::weighted(
        0.3,
        (labels, any::<f64>(), time()).prop_map(|(labels, value, time)| {
            let exemplar = Exemplar::new(labels, value).unwrap();
            time.map_or(exemplar.clone(), |time| exemplar.at(time))
        }),
    )
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_map(f64::abs).prop_filter("a number", |v| !v.is_nan()),
        (0u32..1_000).prop_map(f64::from)
    ]
}

type Bucket = (f64, u64, Option<Exemplar>);

/// Cumulative ones, the last of them +Inf.
fn buckets() -> impl Strategy<Value = Vec<Bucket>> {
    vec((-1_000i32..100_000_000, 0u64..1_000, exemplar()), 0..6).prop_map(|mut all| {
        all.sort_by_key(|(bound, ..)| *bound);
        all.dedup_by_key(|(bound, ..)| *bound);
        let mut total = 0;
        let last = (f64::INFINITY, 7, None);
        let finite = all.into_iter().map(|(bound, count, exemplar)| (f64::from(bound) / 64.0, count, exemplar));
        let cumulate = |(bound, count, exemplar)| {
            total += count;
            (bound, total, exemplar)
        };
        finite.chain([last]).map(cumulate).collect()
    })
}

/// In one form or in both.
#[derive(Clone, Debug)]
struct AnyHistogram {
    buckets: Option<Vec<Bucket>>,
    native: Option<NativeHistogram>,
}

impl AnyHistogram {
    fn is_below_zero(&self) -> bool {
        self.buckets.as_ref().is_some_and(|buckets| buckets[0].0 < 0.0)
    }
}

fn histogram(natives: bool) -> impl Strategy<Value = AnyHistogram> {
    let classic = buckets().prop_map(|buckets| AnyHistogram { buckets: Some(buckets), native: None });
    if !natives {
        return classic.boxed();
    }
    let native_only = native(any::<f64>()).prop_map(|native| AnyHistogram { buckets: None, native: Some(native) });
    let both = (buckets(), native(amount())).prop_map(|(mut buckets, mut native)| {
        // With buckets below zero there can be no sum, which a native histogram has.
        buckets.retain(|(bound, ..)| *bound >= 0.0);
        // Of the same observations: what one form has more, the other has where no bucket of its own is for it.
        let last = buckets.last_mut().unwrap();
        match last.1.checked_sub(native.count()) {
            Some(more) => native = native.with_not_a_number(more),
            None => last.1 = native.count(),
        }
        AnyHistogram { buckets: Some(buckets), native: Some(native) }
    });
    prop_oneof![classic, native_only, both].boxed()
}

fn native_buckets() -> impl Strategy<Value = NativeBuckets> {
    vec((0i32..5, vec(0u64..1_000, 1..4)), 0..4).prop_map(|all| {
        let span = |(at, (offset, counts)): (usize, &(i32, Vec<u64>))| {
            let offset = if at == 0 { offset - 3 } else { *offset };
            BucketSpan { offset, length: u32::try_from(counts.len()).unwrap() }
        };
        let spans = all.iter().enumerate().map(span).collect();
        NativeBuckets::from_counts(spans, all.into_iter().flat_map(|(_, counts)| counts).collect()).unwrap()
    })
}

fn native(sum: impl Strategy<Value = f64>) -> impl Strategy<Value = NativeHistogram> {
    let zero = (prop_oneof![Just(0.0), 0.0..1.0], 0u64..3);
    let exemplars = vec(exemplar(), 0..4).prop_map(|all| all.into_iter().flatten().collect::<Vec<_>>());
    let parts = (NativeHistogram::SCHEMAS, sum, native_buckets(), native_buckets(), zero, exemplars);
    parts.prop_map(|(schema, sum, positive, negative, (threshold, count), mut exemplars)| {
        exemplars.retain(|exemplar| exemplar.timestamp().is_some());
        let native = NativeHistogram::new(schema, sum, positive, negative).unwrap();
        native.with_zero_bucket(threshold, count).unwrap().with_exemplars(exemplars).unwrap()
    })
}

macro_rules! built {
    ($point:ident, $histogram:expr, $sum:expr) => {{
        let (sum, AnyHistogram { buckets, native }) = ($sum, $histogram);
        let point = buckets.map_or($point::default(), |buckets| $point::with_exemplars(buckets).unwrap());
        let point = sum.map_or(point.clone(), |sum| point.sum(sum));
        native.map_or(point.clone(), |native| point.native(native))
    }};
}

macro_rules! timed {
    ($point:expr, $time:expr) => {
        match $time {
            Some(time) => $point.timestamp(time),
            None => $point,
        }
    };
}

macro_rules! family {
    ($family:ident, $points:expr) => {
        $points.prop_map(|all| {
            let mut family = $family::new("f", "Help.", ["own"]).unwrap();
            for (own, point) in all {
                family.add_metric([own.as_str()], point).unwrap();
            }
            MetricFamily::from(family)
        })
    };
}

/// Histograms in native form too, or only, if `natives`.
pub(crate) fn family(natives: bool) -> impl Strategy<Value = MetricFamily> {
    let counter = (amount(), exemplar(), time(), time()).prop_map(|(value, exemplar, created, time)| {
        let mut point = CounterPoint::from(value);
        point = exemplar.map_or(point.clone(), |exemplar| point.exemplar(exemplar));
        point = created.map_or(point.clone(), |created| point.created(created));
        timed!(point, time)
    });
    let gauge = (any::<f64>(), exemplar(), time()).prop_map(|(value, exemplar, time)| {
        let point = GaugePoint::from(value);
        timed!(exemplar.map_or(point.clone(), |exemplar| point.exemplar(exemplar)), time)
    });
    let unknown = (any::<i64>(), time()).prop_map(|(value, time)| timed!(UnknownPoint::from(value), time));
    let histogram =
        (histogram(natives), option::of(any::<f64>()), time(), time()).prop_map(|(histogram, sum, created, time)| {
            let point = built!(HistogramPoint, histogram, sum.filter(|_| !histogram.is_below_zero()));
            let point = created.map_or(point.clone(), |created| point.created(created));
            timed!(point, time)
        });
    let gauge_histogram = (self::histogram(natives), option::of(any::<f64>()), time());
    let gauge_histogram = gauge_histogram.prop_map(|(histogram, sum, time)| {
        let sum = sum.filter(|sum| histogram.is_below_zero() || *sum >= 0.0);
        timed!(built!(GaugeHistogramPoint, histogram, sum), time)
    });
    let quantiles = btree_map(0u32..=1_000, any::<f64>(), 0..4);
    let summary = (any::<u64>(), any::<f64>(), quantiles, time()).prop_map(|(count, sum, quantiles, time)| {
        let point = SummaryPoint::from((count, sum));
        let add = |point: SummaryPoint, (q, value): (u32, f64)| point.quantile(f64::from(q) / 1_000.0, value);
        timed!(quantiles.into_iter().fold(point, add), time)
    });
    let info = (btree_map("[a-m]{1,5}", words(), 0..4), time())
        .prop_map(|(labels, time)| timed!(labels.into_iter().collect::<InfoPoint>(), time));
    let states = (btree_map(words(), any::<bool>(), 0..4), time())
        .prop_map(|(states, time)| timed!(states.into_iter().collect::<StateSetPoint>(), time));
    prop_oneof![
        family!(CounterMetricFamily, series(counter)),
        family!(GaugeMetricFamily, series(gauge)),
        family!(UnknownMetricFamily, series(unknown)),
        family!(HistogramMetricFamily, series(histogram)),
        family!(GaugeHistogramMetricFamily, series(gauge_histogram)),
        family!(SummaryMetricFamily, series(summary)),
        family!(InfoMetricFamily, series(info)),
        family!(StateSetMetricFamily, series(states)),
    ]
}
