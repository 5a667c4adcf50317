//! Random families of every type.

use metrics_core::model::{
    CounterMetricFamily, CounterPoint, Exemplar, GaugeHistogramMetricFamily, GaugeHistogramPoint, GaugeMetricFamily,
    GaugePoint, HistogramMetricFamily, HistogramPoint, InfoMetricFamily, InfoPoint, MetricFamily, StateSetMetricFamily,
    StateSetPoint, SummaryMetricFamily, SummaryPoint, Timestamp, UnknownMetricFamily, UnknownPoint,
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

/// One called `f`, with a label `own`.
pub(crate) fn family() -> impl Strategy<Value = MetricFamily> {
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
    let histogram = (buckets(), option::of(any::<f64>()), time()).prop_map(|(buckets, sum, time)| {
        let is_below_zero = buckets[0].0 < 0.0;
        let point = HistogramPoint::with_exemplars(buckets).unwrap();
        let sum = sum.filter(|_| !is_below_zero);
        timed!(sum.map_or(point.clone(), |sum| point.sum(sum)), time)
    });
    let gauge_histogram = (buckets(), option::of(any::<f64>()), time()).prop_map(|(buckets, sum, time)| {
        let sum = sum.filter(|sum| buckets[0].0 < 0.0 || *sum >= 0.0);
        let point = GaugeHistogramPoint::with_exemplars(buckets).unwrap();
        timed!(sum.map_or(point.clone(), |sum| point.sum(sum)), time)
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
