//! Every type of metric family, made by a custom collector, through both text formats.

use metrics_core::model::{
    BucketSpan, CounterMetricFamily, CounterPoint, DynamicMetricFamily, FamilyFault, GaugeHistogramMetricFamily,
    GaugeHistogramPoint, GaugeMetricFamily, GaugePoint, HistogramMetricFamily, HistogramPoint, InfoMetricFamily,
    InfoPoint, Kind, MetricFamily, NativeBuckets, NativeHistogram, Sample, StateSetMetricFamily, SummaryMetricFamily,
    SummaryPoint,
};
#[allow(dead_code, reason = "shared with other tests")]
mod every_type;

use every_type::{INF, all, at, exemplar};
use metrics_core::{DynamicLabels, Registry};
use std::sync::Arc;

fn registry(families: Vec<MetricFamily>) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

fn text(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::text::generate_latest(registry)).unwrap()
}

fn openmetrics(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::openmetrics::generate_latest(registry)).unwrap()
}

#[test]
fn every_type_in_each_format() {
    let registry = registry(all().unwrap());
    assert_eq!(openmetrics(&registry), include_str!("golden/every_type.om"));
    assert_eq!(text(&registry), include_str!("golden/every_type.txt"));
}

#[test]
fn samples_lead_back_to_their_family() {
    for family in all().unwrap() {
        let desc = family.desc();
        let mut again = MetricFamily::new(&desc.name, desc.help.as_str(), desc.kind).unwrap();
        if let Some(unit) = &desc.unit {
            again = again.with_unit(unit.clone()).unwrap();
        }
        for sample in family.samples() {
            let labels: Vec<_> = sample.labels.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let (value, exemplar) = (sample.value, sample.exemplar.clone());
            again
                .add_sample(&sample.name, &labels, value, sample.timestamp, exemplar, sample.native_histogram)
                .unwrap();
        }
        let sorted = |family: &MetricFamily| {
            let mut samples = family.samples();
            samples.iter_mut().for_each(|sample| sample.labels.sort());
            samples
        };
        assert_eq!(sorted(&again), sorted(&family), "{}", desc.name);
    }
}

#[test]
fn samples_print_as_openmetrics_has_them() {
    let families = all().unwrap();
    let printed: Vec<String> = families[0].samples().iter().map(Sample::to_string).collect();
    assert_eq!(
        printed,
        [
            r#"every_requests_total{method="get"} 7 # {trace_id="a"} 1.0 12.5"#,
            r#"every_requests_created{method="get"} 10.0"#,
            r#"every_requests_total{method="put"} 0.5 -0.5"#
        ]
    );
    let gauge = &families[1].samples()[0];
    assert_eq!(gauge.exemplar, Some(exemplar("b", 0.25)), "no format has a place for it, but the model has");
}

#[test]
fn native_histograms_have_one_bucket_in_text() {
    let buckets = NativeBuckets::from_counts(vec![BucketSpan { offset: 0, length: 2 }], vec![2, 3]).unwrap();
    let native = NativeHistogram::new(3, 6.5, buckets, NativeBuckets::default()).unwrap();
    let mut family = HistogramMetricFamily::new("took", "Time.", []).unwrap();
    family.add_metric([], HistogramPoint::native_only(native.clone())).unwrap();
    let family: MetricFamily = family.into();
    let sample = family.samples().into_iter().find(|sample| sample.name == "took").unwrap();
    assert_eq!((sample.value.as_f64(), sample.native_histogram), (5.0, Some(native)));
    let page = text(&registry(vec![family]));
    assert_eq!(
        page,
        "# HELP took Time.\n# TYPE took histogram\ntook_bucket{le=\"+Inf\"} 5\ntook_sum 6.5\ntook_count 5\n"
    );
}

/// Why a point cannot be.
#[track_caller]
fn fault<T: std::fmt::Debug>(result: Result<T, impl Into<Fault>>) -> FamilyFault {
    result.unwrap_err().into().0
}

struct Fault(FamilyFault);

impl From<FamilyFault> for Fault {
    fn from(fault: FamilyFault) -> Self {
        Self(fault)
    }
}

impl From<metrics_core::model::FamilyError> for Fault {
    fn from(error: metrics_core::model::FamilyError) -> Self {
        assert!(error.to_string().contains(&error.family), "{error}");
        Self(error.fault)
    }
}

#[test]
fn wrong_input_is_a_typed_error() {
    use FamilyFault::*;
    let histogram = |buckets: &[(f64, u64)]| HistogramPoint::cumulative(buckets.iter().copied());
    assert_eq!(fault(histogram(&[(1.0, 1)])), MissingInf);
    assert_eq!(fault(histogram(&[])), MissingInf);
    assert_eq!(fault(HistogramPoint::per_bucket(&[1.0], &[1])), MissingInf);
    assert!(matches!(fault(HistogramPoint::per_bucket(&[1.0], &[1, 1, 1])), Buckets { bucket: 2, .. }));
    assert!(matches!(fault(histogram(&[(2.0, 1), (1.0, 1), (INF, 1)])), Buckets { bucket: 1, .. }));
    assert!(matches!(fault(histogram(&[(1.0, 2), (2.0, 1), (INF, 2)])), Buckets { bucket: 1, .. }));
    assert!(matches!(fault(histogram(&[(f64::NAN, 2), (INF, 2)])), Buckets { bucket: 0, .. }));
    assert!(matches!(fault(histogram(&[(INF, 2), (INF, 2)])), Buckets { bucket: 0, .. }));

    let mut family = HistogramMetricFamily::new("h", "H.", []).unwrap();
    let below = histogram(&[(-1.0, 1), (INF, 2)]).unwrap().sum(1.0);
    assert!(matches!(fault(family.add_metric([], below)), Sum { .. }));
    let mut family = GaugeHistogramMetricFamily::new("h", "H.", []).unwrap();
    let negative = GaugeHistogramPoint::cumulative([(1.0, 1), (INF, 2)]).unwrap().sum(-1.0);
    assert!(matches!(fault(family.add_metric([], negative)), Sum { .. }));

    let mut family = CounterMetricFamily::new("c", "C.", ["a"]).unwrap();
    for value in [-1.0, f64::NAN] {
        assert!(matches!(fault(family.add_metric(["x"], value)), Value { .. }));
    }
    family.add_metric(["x"], 1).unwrap();
    assert_eq!(fault(family.add_metric(["x"], 1)), Duplicate { labels: "a=\"x\"".into() });
    let late = CounterPoint::from(1).timestamp(at(5, 0));
    assert!(matches!(fault(family.add_metric(["x"], late.clone())), Time { .. }));
    family.add_metric(["y"], late.clone()).unwrap().add_metric(["y"], late.clone().timestamp(at(6, 0))).unwrap();
    assert!(matches!(fault(family.add_metric(["y"], late)), Time { .. }));

    let mut family = SummaryMetricFamily::new("s", "S.", []).unwrap();
    let point = SummaryPoint::from((1, 1.0));
    assert!(matches!(fault(family.add_metric([], point.clone().quantile(1.5, 1.0))), Value { .. }));
    let falling = point.clone().quantile(0.9, 1.0).quantile(0.5, 1.0);
    assert!(matches!(fault(family.add_metric([], falling)), Value { .. }));

    let mut family = InfoMetricFamily::new("i", "I.", ["a"]).unwrap();
    assert_eq!(fault(family.add_metric(["x"], [("a", "y")])), InfoLabel { label: "a".into() });
    assert!(matches!(fault(family.add_metric(["x"], [("b", "y"), ("b", "z")])), DuplicateLabel { .. }));
    assert!(matches!(fault(InfoMetricFamily::new("i", "I.", []).unwrap().with_unit("bytes")), Unit { .. }));
    let mut family = StateSetMetricFamily::new("state", "S.", []).unwrap();
    assert!(matches!(fault(family.add_metric([], [("a", true), ("a", false)])), Value { .. }));

    assert_eq!(fault(GaugeMetricFamily::new("", "", [])), Name("a metric needs a name"));
    assert!(matches!(fault(GaugeMetricFamily::new("g", "", ["__a"])), Label { .. }));
    assert!(matches!(fault(GaugeMetricFamily::new("g", "", ["a", "a"])), DuplicateLabel { .. }));
    assert!(matches!(fault(HistogramMetricFamily::new("h", "", ["le"])), ReservedLabel { .. }));
    assert!(matches!(fault(SummaryMetricFamily::new("s", "", ["quantile"])), ReservedLabel { .. }));
    assert!(matches!(fault(StateSetMetricFamily::new("s", "", ["s"])), ReservedLabel { .. }));

    let labels = DynamicLabels::new(["a", "b"]);
    let mut family = DynamicMetricFamily::<GaugePoint>::new("d", "D.", &labels).unwrap();
    assert_eq!(fault(family.add_metric(&["x"], 1)), Arity { expected: 2, found: 1 });
    family.add_metric(&["x", "y"], 1).unwrap();
}

#[test]
fn samples_that_do_not_fit_are_refused_and_leave_nothing() {
    use FamilyFault::*;
    let family = |kind| MetricFamily::new("f", "F.", kind).unwrap();
    let refuse = |kind, name: &str, labels: &[(&str, &str)], value: f64| {
        let mut family = family(kind);
        let fault = fault(family.add_sample(name, labels, value, None, None, None));
        assert!(family.is_empty(), "{fault}");
        fault
    };
    for (kind, name) in [
        (Kind::Counter, "f_count"),
        (Kind::Gauge, "f_total"),
        (Kind::Gauge, "g"),
        (Kind::Histogram, "f_gsum"),
        (Kind::GaugeHistogram, "f_sum"),
        (Kind::Info, "f"),
        (Kind::Unknown, "f_total"),
    ] {
        let fault = refuse(kind, name, &[], 1.0);
        assert!(matches!(&fault, SampleName { .. }), "{kind} {name}: {fault}");
        assert!(fault.to_string().contains(name));
    }
    assert!(matches!(refuse(Kind::Histogram, "f_bucket", &[], 1.0), SampleLabel { .. }));
    for le in ["", "x", "inf", "NaN", "nan", "-Inf", "0x1"] {
        let fault = refuse(Kind::Histogram, "f_bucket", &[("le", le)], 1.0);
        assert!(matches!(fault, SampleLabel { .. } | Buckets { .. }), "{le}: {fault}");
    }
    for value in [0.5, -1.0, f64::NAN, INF] {
        assert!(matches!(refuse(Kind::Histogram, "f_bucket", &[("le", "1")], value), Value { .. }));
        assert!(matches!(refuse(Kind::Summary, "f_count", &[], value), Value { .. }));
        assert!(matches!(refuse(Kind::StateSet, "f", &[("f", "x")], value), Value { .. }));
        assert!(matches!(refuse(Kind::Info, "f_info", &[], value), Value { .. }));
    }
    assert!(matches!(refuse(Kind::StateSet, "f", &[], 1.0), SampleLabel { .. }));
    assert!(matches!(refuse(Kind::Histogram, "f", &[], 1.0), Value { .. }));

    let mut histogram = family(Kind::Histogram);
    for (le, value) in [("1", 1), ("+Inf", 3)] {
        histogram.add_sample("f_bucket", &[("x", "1"), ("le", le)], value, None, None, None).unwrap();
    }
    let wrong = histogram.add_sample("f_count", &[("x", "1")], 4, None, None, None);
    assert_eq!(fault(wrong), Count { count: 4, buckets: 3 });
    let again = histogram.add_sample("f_bucket", &[("le", "+Inf"), ("x", "1")], 3, None, None, None);
    assert!(matches!(fault(again), Buckets { .. }));
    assert_eq!(histogram.len(), 1);

    let mut counter = family(Kind::Counter);
    counter.add_sample("f_total", &[("a", "1"), ("b", "2")], 1, None, None, None).unwrap();
    let again = counter.add_sample("f", &[("b", "2"), ("a", "1")], 1, None, None, None);
    assert!(matches!(fault(again), Duplicate { .. }), "the order of labels does not matter");
}

#[test]
fn points_with_rendered_labels_are_checked() {
    let mut sizes = MetricFamily::new("sizes", "Sizes.", Kind::Histogram).unwrap();
    let point = || HistogramPoint::cumulative([(-1.0, 1), (INF, 2)]).unwrap().sum(-0.5);
    sizes.add_rendered_point::<HistogramPoint>(r#"a="1",b="2""#, point()).unwrap();
    for (labels, fault) in [
        (r#"b="2",a="1""#, "is there already"),
        (r#"a="1",a="2""#, "is there twice"),
        (r#"le="1""#, "uses it itself"),
        (r#"a=1"#, "rendered in another way"),
    ] {
        let error = sizes.add_rendered_point::<HistogramPoint>(labels, point()).unwrap_err();
        assert!(error.to_string().contains(fault), "{labels}: {error}");
    }
    let error = sizes.add_rendered_point::<GaugePoint>("", 1).unwrap_err();
    assert_eq!(error.fault, FamilyFault::PointKind { point: Kind::Gauge, family: Kind::Histogram });
    assert_eq!((sizes.len(), sizes.desc().label_names.len()), (1, 2), "nothing was added");

    let mut build = MetricFamily::new("build", "Build.", Kind::Info).unwrap();
    let point: InfoPoint = [("version", "1.2")].into();
    build.add_rendered_point::<InfoPoint>(r#"part="web""#, point).unwrap();
    assert_eq!(build.samples()[0].to_string(), r#"build_info{part="web",version="1.2"} 1"#);
}
