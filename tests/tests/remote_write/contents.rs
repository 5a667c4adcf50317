//! What requests hold of each type.

use super::*;
use crate::every_type::{at, exemplar};
use crate::messages::{BucketSpan, Histogram, Sample};
use metrics_core::model::{
    self, CounterMetricFamily, CounterPoint, GaugeHistogramMetricFamily, GaugeHistogramPoint, GaugeMetricFamily,
    HistogramMetricFamily, HistogramPoint, NativeBuckets, NativeHistogram, Timestamp,
};
use metrics_core::name::EscapingScheme;
use metrics_exposition::remote_write::Version;
use std::collections::BTreeMap;

fn of_every_type(version: Version) -> BTreeMap<String, Series> {
    let receiver = Receiver::new(written);
    let (registry, _) = changing(every_type::all().unwrap());
    let before = Timestamp::now().as_millis();
    let remote = push_to(&receiver, &registry).version(version);
    let mut remote = remote.external_label("job", "shop").unwrap().external_label("host", "h1").unwrap();
    remote.push().unwrap();
    let after = Timestamp::now().as_millis();
    let all = series(&receiver.take());
    for series in &all {
        // But for those with times of their own.
        let is_now = (before..=after).contains(&series.time());
        assert!(is_now || series.time() < 100_000, "{series:?}");
    }
    let len = all.len();
    let all: BTreeMap<_, _> = all.into_iter().map(|series| (series.labels.clone(), series)).collect();
    assert_eq!(all.len(), len, "no series twice");
    all
}

#[test]
fn every_type_but_native_histograms() {
    for version in [Version::V1, Version::V2] {
        let all = of_every_type(version);
        let values: Vec<_> = all.iter().map(|(labels, series)| (&**labels, series.value())).collect();
        let expected = [
            (r#"every_build_info{commit="a\nb",host="h1",job="shop",part="web",version="1.2"}"#, 1.0),
            (r#"every_door{every_door="open",floor="1",host="h1",job="shop"}"#, 1.0),
            (r#"every_door{every_door="shut",floor="1",host="h1",job="shop"}"#, 0.0),
            (r#"every_latency_seconds_bucket{host="h1",job="shop",le="+Inf"}"#, 5.0),
            (r#"every_latency_seconds_bucket{host="h1",job="shop",le="0.5"}"#, 3.0),
            (r#"every_latency_seconds_bucket{host="h1",job="shop",le="1e+06"}"#, 3.0),
            (r#"every_latency_seconds_count{host="h1",job="shop"}"#, 5.0),
            (r#"every_latency_seconds_sum{host="h1",job="shop"}"#, 4.5),
            (r#"every_load_ratio{core="0",host="db\"1\"",job="shop"}"#, 0.25),
            (r#"every_other{host="h1",job="shop"}"#, -0.5),
            (r#"every_requests_total{host="h1",job="shop",method="get"}"#, 7.0),
            (r#"every_requests_total{host="h1",job="shop",method="put"}"#, 0.5),
            (r#"every_size_bytes_count{host="h1",job="shop",kind="in"}"#, 4.0),
            (r#"every_size_bytes_sum{host="h1",job="shop",kind="in"}"#, 100.0),
            (r#"every_size_bytes{host="h1",job="shop",kind="in",quantile="0.5"}"#, 20.0),
            (r#"every_size_bytes{host="h1",job="shop",kind="in",quantile="0.99"}"#, 61.5),
            (r#"every_waiting_bucket{host="h1",job="shop",le="+Inf",queue="mail"}"#, 3.0),
            (r#"every_waiting_bucket{host="h1",job="shop",le="1.0",queue="mail"}"#, 2.0),
            (r#"every_waiting_bucket{host="h1",job="shop",le="60.0",queue="mail"}"#, 2.0),
            (r#"every_waiting_gcount{host="h1",job="shop",queue="mail"}"#, 3.0),
            (r#"every_waiting_gsum{host="h1",job="shop",queue="mail"}"#, 70.5),
        ];
        assert_eq!(values, expected, "{version:?}");
        let get = &all[r#"every_requests_total{host="h1",job="shop",method="get"}"#];
        assert_eq!(get.exemplars, [(r#"{trace_id="a"}"#.to_owned(), 1.0, 12_500)]);
        assert_eq!(get.metadata, (1, "Requests.".to_owned(), String::new()));
        let slow = &all[r#"every_latency_seconds_bucket{host="h1",job="shop",le="+Inf"}"#];
        assert_eq!(slow.exemplars, [(r#"{trace_id="c"}"#.to_owned(), 2e6, slow.time())], "with the sample's time");
        assert_eq!(slow.metadata, (3, "Time to answer.".to_owned(), "seconds".to_owned()));
        let created = if version == Version::V2 { 10_000 } else { 0 };
        assert_eq!([get.created, slow.created], [created; 2]);
        let put = &all[r#"every_requests_total{host="h1",job="shop",method="put"}"#];
        assert_eq!((put.time(), put.created, put.exemplars.len()), (-500, 0, 0));
        let types = ["every_door", "every_size_bytes_sum", "every_waiting_gsum", "every_load", "every_other"]
            .map(|name| all.values().find(|series| series.labels.starts_with(name)).unwrap().metadata.0);
        assert_eq!(types, [7, 5, 4, 2, 0]);
    }
}

fn native() -> NativeHistogram {
    let span = |offset, length| model::BucketSpan { offset, length };
    let positive = NativeBuckets::from_counts(vec![span(-2, 2), span(3, 1)], vec![1, 5, 2]).unwrap();
    let negative = NativeBuckets::from_counts(vec![span(7, 1)], vec![9]).unwrap();
    NativeHistogram::new(2, 4.5, positive, negative).unwrap().with_zero_bucket(0.001, 3).unwrap()
}

#[test]
fn native_histograms_beside_classic_ones_and_alone() {
    let exemplars = vec![exemplar("late", 2.0).at(at(30, 0)), exemplar("early", 1.0).at(at(20, 0))];
    let traced = native().with_exemplars(exemplars).unwrap();
    let mut both = HistogramMetricFamily::new("both", "Both forms.", []).unwrap();
    let classic = HistogramPoint::per_bucket(&[1.0], &[1, 2]).unwrap().sum(4.5);
    both.add_metric([], classic.native(traced).created(at(10, 0))).unwrap();
    let mut ages = GaugeHistogramMetricFamily::new("ages", "Native only.", []).unwrap();
    ages.add_metric([], GaugeHistogramPoint::native_only(native())).unwrap();
    for version in [Version::V1, Version::V2] {
        let receiver = Receiver::new(written);
        let (registry, families) = changing(vec![both.clone().into(), ages.clone().into()]);
        let mut remote = push_to(&receiver, &registry).version(version);
        remote.push().unwrap();
        let all = series(&receiver.take());
        let names: Vec<_> = all.iter().map(|series| &*series.labels).collect();
        let classic = [r#"both_bucket{le="1.0"}"#, r#"both_bucket{le="+Inf"}"#, "both_sum", "both_count"];
        assert_eq!(names, [&["ages"], &classic[..], &["both"]].concat());
        let start_timestamp = if version == Version::V2 { 10_000 } else { 0 };
        let expected = Histogram {
            count_int: Some(20),
            sum: 4.5,
            schema: 2,
            zero_threshold: 0.001,
            zero_count_int: Some(3),
            negative_spans: vec![BucketSpan { offset: 7, length: 1 }],
            negative_deltas: vec![9],
            positive_spans: vec![BucketSpan { offset: -2, length: 2 }, BucketSpan { offset: 3, length: 1 }],
            positive_deltas: vec![1, 4, -3],
            reset_hint: 0,
            timestamp: all[5].time(),
            start_timestamp,
        };
        assert_eq!(all[5].histograms, std::slice::from_ref(&expected));
        let early = (r#"{trace_id="early"}"#.to_owned(), 1.0, 20_000);
        assert_eq!(all[5].exemplars, [early, (r#"{trace_id="late"}"#.to_owned(), 2.0, 30_000)], "in their order");
        assert_eq!(all[0].histograms, [Histogram { reset_hint: 3, start_timestamp: 0, ..expected }]);

        let newer =
            native().with_exemplars(vec![exemplar("late", 2.0).at(at(30, 0)), exemplar("new", 3.0).at(at(31, 0))]);
        let mut changed = HistogramMetricFamily::new("both", "Both forms.", []).unwrap();
        changed.add_metric([], HistogramPoint::native_only(newer.unwrap())).unwrap();
        *families.lock().unwrap() = vec![changed.into()];
        remote.push().unwrap();
        let all = series(&receiver.take());
        let (ended, live): (Vec<_>, Vec<_>) = all.into_iter().partition(Series::is_stale);
        assert_eq!(live[0].exemplars, [(r#"{trace_id="new"}"#.to_owned(), 3.0, 31_000)]);
        let mut ended: Vec<_> = ended.iter().map(|series| &*series.labels).collect();
        ended.sort_unstable();
        assert_eq!(ended, ["ages", r#"both_bucket{le="+Inf"}"#, r#"both_bucket{le="1.0"}"#, "both_count", "both_sum"]);
    }
}

#[test]
fn of_two_forms_one_may_be_left_out() {
    let mut family = HistogramMetricFamily::new("h", "", ["n"]).unwrap();
    let classic = || HistogramPoint::per_bucket(&[], &[3]).unwrap();
    family.add_metric(["both"], classic().native(native())).unwrap();
    family.add_metric(["classic"], classic()).unwrap();
    family.add_metric(["native"], HistogramPoint::native_only(native())).unwrap();
    let (registry, _) = changing(vec![family.into()]);
    let receiver = Receiver::new(written);
    for (has_native, has_classic) in [(true, true), (true, false), (false, true), (false, false)] {
        let remote = push_to(&receiver, &registry);
        remote.native_histograms(has_native).classic_histograms(has_classic).push().unwrap();
        let all = series(&receiver.take());
        let has = |labels: &str| all.iter().any(|series| series.labels == labels);
        assert_eq!(has(r#"h{n="both"}"#), has_native);
        assert_eq!(has(r#"h_bucket{le="+Inf",n="both"}"#), has_classic || !has_native);
        assert!(has(r#"h_count{n="classic"}"#) && has(r#"h{n="native"}"#), "what has one has that");
    }
}

#[test]
fn exemplars_and_samples_with_times_of_their_own_are_sent_once() {
    let counter = |value, id, time| {
        let mut family = CounterMetricFamily::new("c", "Once.", ["n"]).unwrap();
        let point = CounterPoint::from(value).exemplar(exemplar(id, 1.0));
        family.add_metric(["live"], point).unwrap();
        family.add_metric(["old"], CounterPoint::from(value).timestamp(at(time, 0))).unwrap();
        vec![MetricFamily::from(family)]
    };
    let receiver = Receiver::new(written);
    let (registry, families) = changing(counter(1, "a", 50));
    let mut remote = push_to(&receiver, &registry);
    let mut push = || {
        remote.push().unwrap();
        let all = series(&receiver.take());
        let sample = |series: &Series| (series.labels.clone(), series.exemplars.len());
        all.iter().map(sample).collect::<Vec<_>>()
    };
    let (live, old) = (r#"c_total{n="live"}"#.to_owned(), r#"c_total{n="old"}"#.to_owned());
    assert_eq!(push(), [(live.clone(), 1), (old.clone(), 0)]);
    assert_eq!(push(), [(live.clone(), 0)]);
    *families.lock().unwrap() = counter(2, "a", 51);
    assert_eq!(push(), [(live.clone(), 0), (old, 0)]);
    *families.lock().unwrap() = counter(2, "b", 51);
    assert_eq!(push(), [(live, 1)]);
}

#[test]
fn times_rise_however_fast_it_pushes() {
    let receiver = Receiver::new(written);
    let (registry, _) = changing(vec![CounterMetricFamily::single("c", "", 1).unwrap().into()]);
    let mut remote = push_to(&receiver, &registry);
    (0..20).for_each(|_| remote.push().unwrap());
    let times: Vec<_> = series(&receiver.take()).iter().map(Series::time).collect();
    assert!(times.len() == 20 && times.is_sorted_by(|a, b| a < b), "{times:?}");
}

#[test]
fn of_two_series_that_become_one_the_first_is_sent() {
    let receiver = Receiver::new(written);
    let (metrics, options) = counted();
    let of_jobs = |jobs: &[(&str, f64)]| {
        let mut family = GaugeMetricFamily::new("g", "", ["job"]).unwrap();
        jobs.iter().for_each(|(job, value)| drop(family.add_metric([job], *value)));
        vec![family.into()]
    };
    let (registry, families) = changing(of_jobs(&[("shop", 1.0), ("", 2.0)]));
    let mut remote = push_to(&receiver, &registry).options(options).external_label("job", "shop").unwrap();
    remote.push().unwrap();
    let all = series(&receiver.take());
    assert_eq!(
        all.iter().map(|series| (&*series.labels, series.value())).collect::<Vec<_>>(),
        [(r#"g{job="shop"}"#, 1.0)]
    );
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 1.0);

    *families.lock().unwrap() = of_jobs(&[("", 2.0)]);
    remote.push().unwrap();
    assert!(series(&receiver.take()).iter().all(Series::is_stale), "the first one has to end before");
    remote.push().unwrap();
    assert_eq!(series(&receiver.take())[0].value(), 2.0, "its twin is gone");
}

#[test]
fn names_are_escaped_or_left() {
    let receiver = Receiver::new(written);
    let (registry, _) = changing(every_type::with_odd_names().unwrap());
    push_to(&receiver, &registry).push().unwrap();
    let all = series(&receiver.take());
    assert!(
        all.iter().any(|series| series.labels == r#"utf8_http_requests_served_total{code="200",http_method="get"}"#)
    );
    let (registry, _) = changing(every_type::with_odd_names().unwrap());
    let mut remote = push_to(&receiver, &registry).escaping(EscapingScheme::AllowUtf8);
    remote.push().unwrap();
    let all = series(&receiver.take());
    let get = all.iter().find(|series| series.labels.starts_with("utf8.http.requests_served_total{")).unwrap();
    assert_eq!(get.labels, r#"utf8.http.requests_served_total{code="200",http.method="get"}"#);
    assert_eq!(get.created, 10_250);
    let open = all.iter().find(|series| series.labels.contains("open")).unwrap();
    assert_eq!(open.labels, r#"utf8.door:花火{floor="1",utf8.door:花火="open"}"#);
}

#[test]
fn a_sample_of_version_2_has_its_start_which_lies_before_it() {
    let receiver = Receiver::new(written);
    let mut family = CounterMetricFamily::new("c", "", ["n"]).unwrap();
    family.add_metric(["past"], CounterPoint::from(1).created(at(5, 4)).timestamp(at(9, 0))).unwrap();
    family.add_metric(["present"], CounterPoint::from(1).created(at(9, 0)).timestamp(at(9, 0))).unwrap();
    family.add_metric(["future"], CounterPoint::from(1).created(at(9, 1)).timestamp(at(9, 0))).unwrap();
    let (registry, _) = changing(vec![family.into()]);
    push_to(&receiver, &registry).push().unwrap();
    let all = series(&receiver.take());
    assert_eq!(all[0].samples, [Sample { value: 1.0, timestamp: 9_000, start_timestamp: 5_004 }]);
    assert_eq!(all[1].samples, [Sample { value: 1.0, timestamp: 9_000, start_timestamp: 8_999 }]);
    assert_eq!(all[2].samples, [Sample { value: 1.0, timestamp: 9_000, start_timestamp: 0 }]);
}

#[test]
fn what_cannot_be_an_external_label_is_refused() {
    let remote = || RemoteWrite::new("http://h/api/v1/write", &Registry::new()).unwrap();
    for name in ["", "__name__"] {
        assert!(remote().external_label(name, "x").unwrap_err().to_string().contains(name));
    }
    let twice = remote().external_label("job", "a").unwrap().external_label("job", "b").unwrap_err();
    assert_eq!(twice.to_string(), "the external label `job` is there twice");
    assert!(RemoteWrite::new("h:9090/write", &Registry::new()).is_err());
}
