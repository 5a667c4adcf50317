//! OpenMetrics 2.0: the [specification's][spec] examples, and what has no place there.
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/

#[path = "../any_family/mod.rs"]
mod any_family;

use any_family::family;
use metrics_core::Registry;
use metrics_core::model::{
    BucketSpan, CounterMetricFamily, CounterPoint, Exemplar, GaugeHistogramMetricFamily, GaugeHistogramPoint,
    GaugeMetricFamily, GaugePoint, HistogramMetricFamily, HistogramPoint, InfoMetricFamily, InfoPoint, MetricFamily,
    NativeBuckets, NativeHistogram, StateSetMetricFamily, StateSetPoint, SummaryMetricFamily, SummaryPoint, Timestamp,
    UnknownMetricFamily,
};
use metrics_exposition::openmetrics;
use proptest::prelude::*;
use regex_lite::Regex;
use std::error::Error;
use std::sync::{Arc, LazyLock};

const INF: f64 = f64::INFINITY;

fn page(family: impl Into<MetricFamily>) -> String {
    let (registry, family) = (Registry::new(), family.into());
    registry.register_collector(Arc::new(move || vec![family.clone()])).unwrap();
    String::from_utf8(openmetrics::FORMAT_2_0_0.generate_latest(&registry)).unwrap()
}

/// Words and numbers between the signs of the format, numbers in one spelling: the specification's examples have many.
fn normalised(page: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    for c in page.chars() {
        if c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-') {
            word.push(c);
            continue;
        }
        let number = word.parse::<f64>().map(|number| number.to_string());
        words.extend([number.unwrap_or(std::mem::take(&mut word)), c.to_string()]);
        word.clear();
    }
    words
}

fn at(secs: i64, millis: u32) -> Timestamp {
    Timestamp::new(secs, millis * 1_000_000).unwrap()
}

fn exemplar(id: &str, value: f64, at: Timestamp) -> Exemplar {
    Exemplar::new([("trace_id", id)], value).unwrap().at(at)
}

fn buckets(spans: &[(i32, u32)], counts: &[u64]) -> NativeBuckets {
    let spans = spans.iter().map(|&(offset, length)| BucketSpan { offset, length }).collect();
    NativeBuckets::from_counts(spans, counts.to_vec()).unwrap()
}

fn native(schema: i8, sum: f64, positive: NativeBuckets, negative: NativeBuckets) -> NativeHistogram {
    NativeHistogram::new(schema, sum, positive, negative).unwrap().with_zero_bucket(1e-4, 0).unwrap()
}

fn wide() -> NativeHistogram {
    let positive = buckets(&[(-1, 2), (3, 4)], &[5, 7, 10, 9, 8, 8]);
    native(7, 120.0, positive, buckets(&[(1, 2)], &[5, 7]))
}

const PATH: [&str; 2] = ["path", "method"];
const V1: [&str; 2] = ["/api/v1", "GET"];

/// The families of the examples, in their order.
fn examples() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let start = at(1_520_430_000, 123);
    let help = "Latency though all of ACME's HTTP request router.";
    let mut router = SummaryMetricFamily::new("acme_http_router_request", help, PATH)?.with_unit("seconds")?;
    let v1 = SummaryPoint::from((807_283, 9036.32)).quantile(0.95, 2.0).quantile(0.99, 20.0);
    let v2 = SummaryPoint::from((34, 479.3)).quantile(0.95, 2.5).quantile(0.99, 2.9);
    router.add_metric(V1, v1.created(at(1_605_281_325, 0)))?;
    router.add_metric(["/api/v2", "GET"], v2.created(at(1_605_301_325, 0)))?;

    let help = "Total user and system CPU time spent in seconds.";
    let cpu = CounterMetricFamily::single("process_cpu_total", help, CounterPoint::from(4.20072246e6))?;
    let cpu = cpu.with_unit("seconds")?;

    let exemplar_of_counter = exemplar("KOO5S4vxi0o", 0.67, at(1_520_879_606, 100));
    let counter = CounterPoint::from(17.0).timestamp(at(1_520_879_607, 789)).created(start);
    let counter = CounterMetricFamily::single("foo", "", counter.exemplar(exemplar_of_counter))?;

    let mut gauge = GaugeMetricFamily::new("foo", "", ["a"])?;
    gauge.add_metric(["b"], GaugePoint::from(17.0).timestamp(at(1_520_879_607, 789)))?;

    let states = |all: [bool; 3]| ["a", "bb", "ccc"].into_iter().zip(all).collect::<StateSetPoint>();
    let mut state_set = StateSetMetricFamily::new("foo", "", ["entity"])?;
    state_set.add_metric(["controller"], states([true, false, false]))?;
    state_set.add_metric(["replica"], states([true, false, true]))?;

    let text = |name, version| [("name", name), ("version", version)].into_iter().collect::<InfoPoint>();
    let mut info = InfoMetricFamily::new("foo", "", ["entity"])?;
    info.add_metric(["controller"], text("pretty name", "8.2.7"))?;
    info.add_metric(["replica"], text("prettier name", "8.1.9"))?;

    let summary = SummaryMetricFamily::single("foo", "", SummaryPoint::from((17, 324_789.3)).created(start))?;

    let bounds = [0.0, 1e-5, 1e-4, 0.1, 1.0, 10.0, 1e5, 1e6, 1e23, 1.1e23, INF];
    let counts = [0, 0, 5, 8, 10, 11, 11, 15, 16, 17, 17];
    let classic = HistogramPoint::with_exemplars(bounds.into_iter().zip(counts).map(|(le, count)| (le, count, None)))?;
    let classic = HistogramMetricFamily::single("foo", "", classic.sum(324_789.3).created(start))?;

    let acme = |help: &str| HistogramMetricFamily::new("acme_http_request_seconds", help, PATH);
    let mut native_only = acme("")?;
    native_only.add_metric(V1, HistogramPoint::default().native(wide()).created(start))?;
    let mut empty = acme("")?;
    let none = native(3, 0.0, NativeBuckets::default(), NativeBuckets::default());
    empty.add_metric(V1, HistogramPoint::default().native(none).created(start))?;

    let mut both = acme("Latency histogram of all of ACME's HTTP requests.")?.with_unit("seconds")?;
    let point = HistogramPoint::with_exemplars([(0.5, 1, None), (1.0, 2, None), (INF, 2, None)])?.sum(120.0);
    let two = native(0, 120.0, buckets(&[(1, 2)], &[1, 1]), NativeBuckets::default());
    both.add_metric(V1, point.native(two).created(at(1_605_301_325, 0)))?;

    let seventeen = native(0, 324_789.3, buckets(&[(0, 2)], &[5, 12]), NativeBuckets::default());
    let of_native =
        [exemplar("shaZ8oxi", 0.67, at(1_520_879_607, 789)), exemplar("ookahn0M", 1.2, at(1_520_879_608, 589))];
    let with_exemplars = seventeen.clone().with_exemplars(of_native.to_vec()).unwrap();
    let point = HistogramPoint::default().native(with_exemplars.clone()).created(start);
    let native_exemplars = HistogramMetricFamily::single("foo", "", point)?;

    let of_classic = [
        (0.01, 0, None),
        (0.1, 8, Some(Exemplar::new([("", ""); 0], 0.054).unwrap().at(at(1_520_879_607, 700)))),
        (1.0, 11, Some(exemplar("KOO5S4vxi0o", 1.67, at(1_520_879_602, 890)))),
        (10.0, 17, Some(exemplar("oHg5SJYRHA0", 9.8, at(1_520_879_607, 789)))),
        (INF, 17, None),
    ];
    // Those of the native form are left out.
    let point = HistogramPoint::with_exemplars(of_classic)?.sum(324_789.3).native(with_exemplars).created(start);
    let both_exemplars = HistogramMetricFamily::single("foo", "", point)?;

    let waiting = [(0.01, 20, None), (0.1, 25, None), (1.0, 34, None), (INF, 42, None)];
    let waiting = GaugeHistogramPoint::with_exemplars(waiting)?.sum(3_289.3);
    let gauge_histogram = GaugeHistogramMetricFamily::single("foo", "", waiting)?;
    let mut native_gauge = GaugeHistogramMetricFamily::new("acme_http_request_seconds", "", PATH)?;
    native_gauge.add_metric(V1, GaugeHistogramPoint::default().native(wide()))?;

    Ok(vec![
        router.into(),
        cpu.into(),
        counter.into(),
        gauge.into(),
        state_set.into(),
        info.into(),
        summary.into(),
        classic.into(),
        native_only.into(),
        empty.into(),
        both.into(),
        native_exemplars.into(),
        both_exemplars.into(),
        gauge_histogram.into(),
        native_gauge.into(),
        UnknownMetricFamily::single("foo", "", 42.23)?.into(),
    ])
}

#[test]
fn the_examples_of_the_specification() {
    let expected: Vec<&str> = include_str!("specification.om").split_inclusive("# EOF\n").collect();
    let families = examples().unwrap();
    assert_eq!(expected.len(), families.len());
    for (expected, family) in expected.into_iter().zip(families) {
        let page = page(family);
        assert_eq!(normalised(&page), normalised(expected.trim_start()), "\n{page}\n{expected}");
    }
}

/// The exact bytes of what examples spell in several ways.
#[test]
fn one_spelling() {
    let buckets = [(1e-4, 1, None), (1e6, 2, Some(Exemplar::new([("a.b", "\"")], 3.0).unwrap().at(at(1, 500))))];
    let point = HistogramPoint::with_exemplars(buckets.into_iter().chain([(INF, 2, None)])).unwrap().sum(4.0);
    let page = page(HistogramMetricFamily::single("h", "", point.created(at(0, 0)).timestamp(at(2, 0))).unwrap());
    let line = r#"h {count:2,sum:4.0,bucket:[0.0001:1,1e+06:2,+Inf:2]} 2 st@0 # {a_b="\""} 3.0 1.5"#;
    assert_eq!(page, format!("# TYPE h histogram\n{line}\n# EOF\n"));
}

#[test]
fn what_is_demanded_and_not_known() {
    let sample = |family: MetricFamily| page(family).lines().nth(1).unwrap().to_owned();
    let histogram = HistogramPoint::per_bucket(&[-1.0], &[1, 2]).unwrap();
    let unknown_sum = HistogramMetricFamily::single("h", "", histogram.clone()).unwrap();
    assert_eq!(sample(unknown_sum.into()), "h {count:3,sum:NaN,bucket:[-1.0:1,+Inf:3]}");
    let nothing = GaugeHistogramMetricFamily::single("h", "", GaugeHistogramPoint::default().sum(0.0)).unwrap();
    assert_eq!(sample(nothing.into()), "h {gcount:0,gsum:0.0,bucket:[+Inf:0]}");

    let mut summaries = SummaryMetricFamily::new("s", "", ["k"]).unwrap();
    summaries.add_metric(["negative"], (1, -1.0)).unwrap();
    summaries.add_metric(["not a number"], (1, f64::NAN)).unwrap();
    let quantiles = SummaryPoint::from((1, 2.0)).quantile(0.1, -1.0).quantile(0.5, f64::NAN).quantile(1.0, 3.0);
    summaries.add_metric(["fine"], quantiles).unwrap();
    let expected = r#"s{k="fine"} {count:1,sum:2.0,quantile:[0.5:NaN,1.0:3.0]}"#;
    assert_eq!(page(summaries), format!("# TYPE s summary\n{expected}\n# EOF\n"));
}

#[test]
fn exemplars_without_a_time_are_left_out() {
    let point = CounterPoint::from(1).exemplar(Exemplar::new([("id", "1")], 1.0).unwrap());
    assert_eq!(
        page(CounterMetricFamily::single("c", "", point).unwrap()),
        "# TYPE c_total counter\nc_total 1\n# EOF\n"
    );
}

/// A span has one bucket at least there.
#[test]
fn spans_of_no_buckets_are_joined_with_the_next() {
    let positive = buckets(&[(-2, 0), (3, 1), (1, 0), (2, 2), (4, 0)], &[1, 2, 3]);
    let negative = buckets(&[(0, 0)], &[]);
    let family = HistogramPoint::default().native(native(0, 1.0, positive, negative));
    let page = page(HistogramMetricFamily::single("h", "", family).unwrap());
    assert!(page.contains(",zero_count:0,positive_spans:[1:1,3:2],positive_buckets:[1,2,3]}"), "{page}");
}

/// A sample, as the [grammar][abnf] has it.
///
/// [abnf]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/#abnf
static GRAMMAR: LazyLock<Regex> = LazyLock::new(|| {
    let real = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?";
    let number = format!("(?:{real}|[-+]?Inf|NaN)");
    let text = r#""(?:[^"\\\n]|\\["\\n])*""#;
    let label = format!("(?:[a-zA-Z_][a-zA-Z0-9_]*|{text})={text}");
    let labels = format!(r"\{{(?:{label}(?:,{label})*)?\}}");
    let head = format!(r"(?:[a-zA-Z_:][a-zA-Z0-9_:]*(?:{labels})?|\{{{text}(?:,{label})*\}})");

    let spans = r"\[(?:-?\d+:[1-9]\d*(?:,\d+:[1-9]\d*)*)\]";
    let counts = format!(r"\[{number}(?:,{number})*\]");
    let side = |sign| format!("(?:,{sign}_spans:{spans},{sign}_buckets:{counts})?");
    let [negative, positive] = ["negative", "positive"].map(side);
    let native = format!(r"schema:-?\d+,zero_threshold:{real},zero_count:{number}{negative}{positive}");
    let classic = format!(r"bucket:\[(?:(?:-Inf|{real}):{number},(?:{real}:{number},)*)?\+Inf:{number}\]");
    let buckets = format!("(?:{classic}|{native}(?:,{classic})?)");
    let histogram = format!("(?:count:{number},sum:{number}|gcount:{number},gsum:{number}),{buckets}");
    let quantiles = format!(r"\[(?:{real}:{number}(?:,{real}:{number})*)?\]");
    let summary = format!("count:{number},sum:{number},quantile:{quantiles}");

    let value = format!(r"(?:{number}|\{{(?:{histogram}|{summary})\}})");
    let tail = format!(r"(?: {real})?(?: st@{real})?(?: # {labels} {number} {real})*");
    Regex::new(&format!("^{head} {value}{tail}$")).unwrap()
});

#[test]
fn the_examples_obey_the_grammar() {
    let examples = include_str!("specification.om").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in examples {
        assert!(GRAMMAR.is_match(line), "{line}");
    }
    for line in ["h {count:1, sum:1,bucket:[+Inf:1]}", "h {sum:1,count:1,bucket:[+Inf:1]}", "h 1 st@1 2", "h 1 # {} 1"]
    {
        assert!(!GRAMMAR.is_match(line), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_page_obeys_the_grammar(family in family(true)) {
        for line in page(family).split_terminator('\n').filter(|line| !line.starts_with('#')) {
            prop_assert!(GRAMMAR.is_match(line), "{}", line);
        }
    }
}
