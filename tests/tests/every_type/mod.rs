//! A metric family of each type, with all that it may have.

use metrics_core::model::{
    BucketSpan, CounterMetricFamily, CounterPoint, Exemplar, GaugeHistogramMetricFamily, GaugeHistogramPoint,
    GaugeMetricFamily, GaugePoint, HistogramMetricFamily, HistogramPoint, InfoMetricFamily, MetricFamily,
    NativeBuckets, NativeHistogram, StateSetMetricFamily, SummaryMetricFamily, SummaryPoint, Timestamp,
    UnknownMetricFamily,
};
use std::error::Error;

pub(crate) const INF: f64 = f64::INFINITY;

pub(crate) fn exemplar(id: &str, value: f64) -> Exemplar {
    Exemplar::new([("trace_id", id)], value).unwrap()
}

pub(crate) fn at(secs: i64, millis: u32) -> Timestamp {
    Timestamp::new(secs, 1_000_000 * millis).unwrap()
}

pub(crate) fn all() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let mut requests = CounterMetricFamily::new("every_requests_total", "Requests.", ["method"])?;
    let get = CounterPoint::from(7).exemplar(exemplar("a", 1.0).at(at(12, 500))).created(at(10, 0));
    requests.add_metric(["get"], get)?.add_metric(["put"], CounterPoint::from(0.5).timestamp(at(-1, 500)))?;

    let mut load = GaugeMetricFamily::new("every_load", "Load.", ["host", "core"])?.with_unit("ratio")?;
    load.add_metric(["db\"1\"", "0"], GaugePoint::from(0.25).exemplar(exemplar("b", 0.25)))?;

    let mut latency = HistogramMetricFamily::new("every_latency", "Time to answer.", [])?.with_unit("seconds")?;
    let buckets = [(0.5, 3, None), (1e6, 3, None), (INF, 5, Some(exemplar("c", 2e6)))];
    latency.add_metric([], HistogramPoint::with_exemplars(buckets)?.sum(4.5).created(at(10, 0)))?;

    let ages = GaugeHistogramPoint::per_bucket(&[1.0, 60.0], &[2, 0, 1])?.sum(70.5);
    let mut waiting = GaugeHistogramMetricFamily::new("every_waiting", "Ages of what waits.", ["queue"])?;
    waiting.add_metric(["mail"], ages.timestamp(at(20, 0)))?;

    let mut sizes = SummaryMetricFamily::new("every_size", "Sizes.", ["kind"])?.with_unit("bytes")?;
    sizes.add_metric(["in"], SummaryPoint::from((4, 100.0)).quantile(0.5, 20.0).quantile(0.99, 61.5))?;

    let mut build = InfoMetricFamily::new("every_build", "What runs.", ["part"])?;
    build.add_metric(["web"], [("version", "1.2"), ("commit", "a\nb")])?;

    let mut door = StateSetMetricFamily::new("every_door", "Of the fridge.", ["floor"])?;
    door.add_metric(["1"], [("open", true), ("shut", false)])?;

    let other = UnknownMetricFamily::single("every_other", "", -0.5)?;

    Ok(vec![
        requests.into(),
        load.into(),
        latency.into(),
        waiting.into(),
        sizes.into(),
        build.into(),
        door.into(),
        other.into(),
    ])
}

/// Of each type again, with names that not every reader knows.
pub(crate) fn with_odd_names() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let mut requests = CounterMetricFamily::new("utf8.http.requests_served", "Requests.", ["http.method", "code"])?;
    let traced = Exemplar::new([("trace.id", "ab")], 1.0)?.at(at(12, 500));
    requests.add_metric(["get", "200"], CounterPoint::from(7).exemplar(traced).created(at(10, 250)))?;
    let mut spent = CounterMetricFamily::new("utf8.energy.spent", "With a unit.", [])?.with_unit("joules")?;
    spent.add_metric([], CounterPoint::from(0.5).timestamp(at(20, 1)))?;

    let mut load = GaugeMetricFamily::new("utf8.cpu.load", "Load.", ["host\"\\\n"])?.with_unit("ratio")?;
    load.add_metric(["\\ \" \n"], 0.25)?;

    let mut latency =
        HistogramMetricFamily::new("utf8.http.latency", "Time to answer.", ["le.to"])?.with_unit("seconds")?;
    let buckets = [(0.5, 3, None), (INF, 5, Some(exemplar("c", 2e6).at(at(13, 0))))];
    latency.add_metric(["a"], HistogramPoint::with_exemplars(buckets)?.sum(4.5).created(at(10, 0)))?;

    let positive = NativeBuckets::from_counts(vec![BucketSpan { offset: -1, length: 2 }], vec![1, 2])?;
    let native = NativeHistogram::new(3, 4.5, positive, NativeBuckets::default())?.with_zero_bucket(0.001, 1)?;
    let native = native.with_exemplars(vec![exemplar("n", 1.0).at(at(14, 0))])?;
    let mut native_only = HistogramMetricFamily::new("utf8.native.latency", "Native only.", ["a.b"])?;
    native_only.add_metric(["x"], HistogramPoint::default().native(native).created(at(10, 0)))?;

    let ages = GaugeHistogramPoint::per_bucket(&[-1.0, 60.0], &[2, 0, 1])?.sum(-70.5);
    let mut waiting = GaugeHistogramMetricFamily::new("utf8.queue.ages", "Ages of what waits.", ["queue.name"])?;
    waiting.add_metric(["mail"], ages)?;

    let mut sizes = SummaryMetricFamily::new("utf8.body size", "Sizes.", ["content type"])?.with_unit("bytes")?;
    let size = SummaryPoint::from((4, 100.0)).quantile(0.5, 20.0).quantile(0.99, 61.5);
    sizes.add_metric(["in"], size.created(at(10, 0)))?;

    let mut build = InfoMetricFamily::new("utf8.build.of_this", "What runs.", ["part.of"])?;
    build.add_metric(["web"], [("version", "1.2"), ("commit.hash", "a\nb")])?;

    let mut door = StateSetMetricFamily::new("utf8.door:花火", "Of the fridge.", ["floor"])?;
    door.add_metric(["1"], [("open", true), ("shut", false)])?;

    let other = UnknownMetricFamily::single("utf8.1st", "", -0.5)?;
    Ok(vec![
        requests.into(),
        spent.into(),
        load.into(),
        latency.into(),
        native_only.into(),
        waiting.into(),
        sizes.into(),
        build.into(),
        door.into(),
        other.into(),
    ])
}
