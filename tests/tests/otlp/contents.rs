//! What requests hold of each type.

use super::*;
use crate::every_type::at;
use crate::messages::{Buckets, Data, Exemplar, Quantile, attributes, read, values};
use metrics_core::model::{
    self, BucketSpan, CounterMetricFamily, CounterPoint, GaugeMetricFamily, HistogramMetricFamily, HistogramPoint,
    InfoMetricFamily, NativeBuckets, NativeHistogram, Timestamp,
};
use std::collections::BTreeMap;

const CUMULATIVE: i32 = 2;

fn push(families: Vec<MetricFamily>) -> BTreeMap<String, Metric> {
    let receiver = Receiver::new(taken);
    push_to(&receiver, &changing(families).0).push().unwrap();
    by_name(metrics(&receiver.take()))
}

fn by_name(metrics: Vec<Metric>) -> BTreeMap<String, Metric> {
    metrics.into_iter().map(|metric| (metric.name.clone(), metric)).collect()
}

fn now() -> u64 {
    u64::try_from(Timestamp::now().as_nanos()).unwrap()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn numbers_of_every_type() {
    let before = now();
    let all = push(every_type::all().unwrap());
    let after = now();
    let names: Vec<_> = all.keys().map(String::as_str).collect();
    let expected = ["every_build_info", "every_door", "every_latency_seconds", "every_load_ratio", "every_other"];
    assert_eq!(names, [&expected[..], &["every_requests_total", "every_size_bytes"]].concat(), "no gauge histogram");

    let requests = &all["every_requests_total"];
    assert_eq!((&*requests.description, &*requests.unit), ("Requests.", ""));
    assert_eq!(values(requests), pairs(&[("method=get", "7"), ("method=put", "0.5")]));
    let Some(Data::Sum(sum)) = &requests.data else { panic!("{requests:?}") };
    assert_eq!((sum.aggregation_temporality, sum.is_monotonic), (CUMULATIVE, true));
    let [get, put] = &sum.data_points[..] else { panic!("{sum:?}") };
    assert_eq!(get.start_time_unix_nano, 10_000_000_000);
    assert!((before..=after).contains(&get.time_unix_nano));
    assert_eq!((put.start_time_unix_nano, put.time_unix_nano), (0, 0), "before 1970 there is no time");

    for (name, unit, kind) in [
        ("every_build_info", "", "info"),
        ("every_door", "", "stateset"),
        ("every_latency_seconds", "s", "histogram"),
        ("every_load_ratio", "1", "gauge"),
        ("every_other", "", "unknown"),
        ("every_requests_total", "", "counter"),
        ("every_size_bytes", "By", "summary"),
    ] {
        assert_eq!(all[name].unit, unit, "{name}");
        assert_eq!(attributes(&all[name].metadata), format!("prometheus.type={kind}"));
    }
    assert_eq!(values(&all["every_build_info"]), pairs(&[("part=web,version=1.2,commit=a\nb", "1")]));
    assert_eq!(
        values(&all["every_door"]),
        pairs(&[("floor=1,every_door=open", "1"), ("floor=1,every_door=shut", "0")])
    );
    for name in ["every_build_info", "every_door"] {
        let Some(Data::Sum(sum)) = &all[name].data else { panic!("{name}") };
        assert_eq!((sum.aggregation_temporality, sum.is_monotonic), (CUMULATIVE, false));
    }
    assert_eq!(values(&all["every_load_ratio"]), pairs(&[("host=db\"1\",core=0", "0.25")]));
    assert!(matches!(all["every_load_ratio"].data, Some(Data::Gauge(_))));
    assert_eq!(values(&all["every_other"]), pairs(&[("", "-0.5")]));
    assert!(matches!(all["every_other"].data, Some(Data::Gauge(_))));

    let Some(Data::Summary(sizes)) = &all["every_size_bytes"].data else { panic!("{all:?}") };
    let [size] = &sizes.data_points[..] else { panic!("{sizes:?}") };
    assert_eq!((size.count, size.sum, &*attributes(&size.attributes)), (4, 100.0, "kind=in"));
    let quantile = |quantile, value| Quantile { quantile, value };
    assert_eq!(size.quantile_values, [quantile(0.5, 20.0), quantile(0.99, 61.5)]);

    let Some(Data::Histogram(latency)) = &all["every_latency_seconds"].data else { panic!("{all:?}") };
    assert_eq!(latency.aggregation_temporality, CUMULATIVE);
    let [point] = &latency.data_points[..] else { panic!("{latency:?}") };
    assert_eq!((point.count, point.sum, point.start_time_unix_nano), (5, Some(4.5), 10_000_000_000));
    assert_eq!((&*point.bucket_counts, &*point.explicit_bounds), (&[3, 0, 2][..], &[0.5, 1e6][..]));
    assert_eq!(point.exemplars.len(), 1);
}

#[test]
fn whole_numbers_stay_whole_and_odd_names_stay() {
    let counter = |value: u64| CounterMetricFamily::single("c", "", value).unwrap().into();
    assert_eq!(values(&push(vec![counter(9_007_199_254_740_993)])["c_total"]), pairs(&[("", "9007199254740993")]));
    assert_eq!(values(&push(vec![counter(u64::MAX)])["c_total"]), pairs(&[("", "1.8446744073709552e19")]));
    let gauge = GaugeMetricFamily::single("g", "", -3i64).unwrap().into();
    assert_eq!(values(&push(vec![gauge])["g"]), pairs(&[("", "-3")]));
    let all = push(every_type::with_odd_names().unwrap());
    let requests = &all["utf8.http.requests_served_total"];
    assert_eq!(values(requests), pairs(&[("http.method=get,code=200", "7")]));
    assert_eq!(values(&all["utf8.door:花火"])[0].0, "floor=1,utf8.door:花火=open");
    assert_eq!(all["utf8.energy.spent_joules_total"].unit, "J");
    let mut empty = GaugeMetricFamily::new("e", "", ["a", "b"]).unwrap();
    empty.add_metric(["", "x"], 1.0).unwrap();
    assert_eq!(values(&push(vec![empty.into()])["e"])[0].0, "b=x");
}

fn native() -> NativeHistogram {
    let span = |offset, length| BucketSpan { offset, length };
    let positive = NativeBuckets::from_counts(vec![span(-2, 2), span(3, 1)], vec![1, 5, 2]).unwrap();
    let negative = NativeBuckets::from_counts(vec![span(7, 1)], vec![9]).unwrap();
    NativeHistogram::new(2, 4.5, positive, negative).unwrap().with_zero_bucket(0.001, 3).unwrap()
}

#[test]
fn native_histograms_are_exponential_unless_classic_ones_are_wanted() {
    let mut family = HistogramMetricFamily::new("h", "", ["n"]).unwrap();
    let classic = || HistogramPoint::per_bucket(&[1.0], &[1, 2]).unwrap().sum(4.5);
    family.add_metric(["both"], classic().native(native()).created(at(10, 0))).unwrap();
    family.add_metric(["native"], HistogramPoint::native_only(native().with_not_a_number(4))).unwrap();
    family.add_metric(["classic"], classic()).unwrap();
    let (registry, _) = changing(vec![family.into()]);
    let receiver = Receiver::new(taken);
    push_to(&receiver, &registry).push().unwrap();
    let all = metrics(&receiver.take());
    let [classic, exponential] = &all[..] else { panic!("{all:?}") };
    let Some(Data::Histogram(classic)) = &classic.data else { panic!("{classic:?}") };
    assert_eq!(
        classic.data_points.iter().map(|point| attributes(&point.attributes)).collect::<Vec<_>>(),
        ["n=classic"]
    );
    let Some(Data::ExponentialHistogram(exponential)) = &exponential.data else { panic!("{exponential:?}") };
    assert_eq!(exponential.aggregation_temporality, CUMULATIVE);
    let [both, native] = &exponential.data_points[..] else { panic!("{exponential:?}") };
    assert_eq!([&both.attributes, &native.attributes].map(|pairs| attributes(pairs)), ["n=both", "n=native"]);
    for (point, start) in [(both, 10_000_000_000), (native, 0)] {
        assert_eq!((point.count, point.sum, point.zero_count, point.scale), (20, Some(4.5), 3, 2), "without NaN");
        assert_eq!((point.zero_threshold, point.start_time_unix_nano), (0.001, start));
        let positive = Buckets { offset: -3, bucket_counts: vec![1, 5, 0, 0, 0, 2] };
        assert_eq!(point.positive, Some(positive));
        assert_eq!(point.negative, Some(Buckets { offset: 6, bucket_counts: vec![9] }));
    }

    push_to(&receiver, &registry).native_histograms(false).push().unwrap();
    let all = metrics(&receiver.take());
    let Some(Data::Histogram(classic)) = &all[0].data else { panic!("{all:?}") };
    assert_eq!(classic.data_points.len(), 2);
    let Some(Data::ExponentialHistogram(native)) = &all[1].data else { panic!("{all:?}") };
    assert_eq!(native.data_points.len(), 1);
}

#[test]
fn an_exemplar_has_its_ids_and_is_sent_once() {
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let counter = |labels: &[(&str, &str)], secs| {
        let exemplar = model::Exemplar::new(labels.iter().copied(), 2.5).unwrap().at(at(secs, 0));
        let mut family = CounterMetricFamily::new("c", "", []).unwrap();
        family.add_metric([], CounterPoint::from(1).exemplar(exemplar)).unwrap();
        vec![MetricFamily::from(family)]
    };
    let exemplars = |all: Vec<Metric>| match &all[0].data {
        Some(Data::Sum(sum)) => sum.data_points[0].exemplars.clone(),
        _ => panic!("{all:?}"),
    };
    let (registry, families) = changing(counter(&[("trace_id", trace), ("span_id", span), ("user", "7")], 20));
    let receiver = Receiver::new(taken);
    let mut exporter = push_to(&receiver, &registry);
    exporter.push().unwrap();
    let got = exemplars(metrics(&receiver.take()));
    let [Exemplar { time_unix_nano, as_double, span_id, trace_id, filtered_attributes }] = &got[..] else {
        panic!("{got:?}")
    };
    assert_eq!((*time_unix_nano, *as_double), (20_000_000_000, 2.5));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!((&*hex(trace_id), &*hex(span_id), &*attributes(filtered_attributes)), (trace, span, "user=7"));
    exporter.push().unwrap();
    assert_eq!(exemplars(metrics(&receiver.take())), []);

    let odd = "00000000000000000000000000000000";
    *families.lock().unwrap() = counter(&[("trace_id", odd), ("span_id", "xyz")], Timestamp::now().secs() + 1);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    exporter.push().unwrap();
    let got = exemplars(metrics(&receiver.take()));
    assert_eq!((&*got[0].trace_id, &*got[0].span_id), (&[][..], &[][..]));
    assert_eq!(attributes(&got[0].filtered_attributes), format!("trace_id={odd},span_id=xyz"), "what is no id");
}

#[test]
fn the_resource_says_who_sends() {
    let (registry, _) = changing(vec![GaugeMetricFamily::single("g", "", 1.0).unwrap().into()]);
    let receiver = Receiver::new(taken);
    let resource = |received: &[Received]| {
        let request = read(&received[0]);
        attributes(&request.resource_metrics[0].resource.as_ref().unwrap().attributes)
    };
    push_to(&receiver, &registry).push().unwrap();
    let default = resource(&receiver.take());
    assert!(default.starts_with("service.name=unknown_service:otlp-"), "{default}");
    let named = || push_to(&receiver, &registry).resource("service.name", "old").resource("service.name", "shop");
    named().resource("service.instance.id", "web-7").push().unwrap();
    assert_eq!(resource(&receiver.take()), "service.name=shop,service.instance.id=web-7");

    let target = InfoMetricFamily::new("target", "", []).map(|mut family| {
        family.add_metric([], [("service.name", "of_target"), ("region", "eu")]).unwrap();
        MetricFamily::from(family)
    });
    registry.register_collector(Arc::new(move || vec![target.clone().unwrap()])).unwrap();
    named().push().unwrap();
    let received = receiver.take();
    assert_eq!(resource(&received), "service.name=shop,region=eu");
    assert_eq!(metrics(&received).len(), 1, "it is no metric");
    push_to(&receiver, &registry).push().unwrap();
    assert_eq!(resource(&receiver.take()), "service.name=of_target,region=eu");
}

#[test]
fn large_registries_are_several_requests() {
    let mut family = GaugeMetricFamily::new("g", "Of many series.", ["n"]).unwrap();
    let number = |n: u32| format!("a rather long value of a label, number {n}");
    (0..20_000).for_each(|n| drop(family.add_metric([&*number(n)], f64::from(n))));
    let (registry, _) = changing(vec![family.into(), GaugeMetricFamily::single("z", "", 1.0).unwrap().into()]);
    for compresses in [true, false] {
        let receiver = Receiver::new(taken);
        push_to(&receiver, &registry).compression(compresses).push().unwrap();
        let received = receiver.take();
        assert!((2..10).contains(&received.len()), "{}", received.len());
        assert!(received.iter().all(|request| request.body.len() < 1 << 20));
        let all = metrics(&received);
        let of_g = all.iter().filter(|metric| metric.name == "g").flat_map(values);
        let expected = (0..20_000).map(|n| (format!("n={}", number(n)), format!("{n}.0")));
        assert!(of_g.eq(expected), "each once");
        assert_eq!(values(all.last().unwrap()), pairs(&[("", "1.0")]));
    }
}

#[test]
fn a_family_that_fails_is_left_out() {
    let (registry, _) = changing(vec![GaugeMetricFamily::single("g", "", 1.0).unwrap().into()]);
    let failing = metrics_core::CallbackGauge::new(|| -> f64 { panic!("on purpose") });
    let define = metrics_core::registry::Definition::new("f", "Fails.");
    registry.register(define, Arc::new(failing)).unwrap();
    let receiver = Receiver::new(taken);
    push_to(&receiver, &registry).push().unwrap();
    assert_eq!(metrics(&receiver.take()).iter().map(|metric| &*metric.name).collect::<Vec<_>>(), ["g"]);
}

#[test]
fn exemplars_of_buckets_go_with_the_histogram() {
    let all = push(every_type::with_odd_names().unwrap());
    let Some(Data::Histogram(latency)) = &all["utf8.http.latency_seconds"].data else { panic!("{all:?}") };
    let exemplar = &latency.data_points[0].exemplars[0];
    assert_eq!((exemplar.as_double, exemplar.time_unix_nano), (2e6, 13_000_000_000));
    let Some(Data::ExponentialHistogram(native)) = &all["utf8.native.latency"].data else { panic!("{all:?}") };
    assert_eq!(native.data_points[0].exemplars[0].time_unix_nano, 14_000_000_000);
}
