//! Names of any characters, in each way in which a reader can ask for them.

use metrics_core::model::{
    CounterPoint, DynamicMetricFamily, Exemplar, HistogramPoint, InfoMetricFamily, InfoPoint, MetricFamily,
    StateSetMetricFamily, StateSetPoint,
};
use metrics_core::name::{
    EscapingScheme, escape_label_name, escape_metric_name, is_legacy_label_name, is_legacy_metric_name, unescape_name,
};
use metrics_core::{DynamicLabels, Registry, model::Labels};
use metrics_exposition::{EncoderOptions, FORMATS, Format, openmetrics, parse, text};
use proptest::prelude::*;
use std::sync::Arc;

fn names() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-zA-Z0-9_:.]{1,12}", "[_.dot]{1,12}", "[ \"\\\\\n,={}#é]{1,6}"]
        .prop_filter("not empty", |name| !name.is_empty())
}

fn families(name: &str, label: &str) -> Vec<MetricFamily> {
    let labels = DynamicLabels::new([label.to_owned()]);
    let exemplar = Exemplar::new([(label, "e")], 1.0).unwrap();
    let mut counter = DynamicMetricFamily::<CounterPoint>::new(&format!("c{name}"), "Help.", &labels).unwrap();
    counter.add_metric(&["\\ \"x\""], CounterPoint::from(1).exemplar(exemplar)).unwrap();
    let mut histogram = DynamicMetricFamily::<HistogramPoint>::new(&format!("h{name}"), "Help.", &labels).unwrap();
    histogram.add_metric(&["v"], HistogramPoint::per_bucket(&[1.0], &[1, 2]).unwrap().sum(3.0)).unwrap();
    let mut info = InfoMetricFamily::new(&format!("i{name}"), "Help.", []).unwrap();
    info.add_metric([], [(label, "v")].into_iter().collect::<InfoPoint>()).unwrap();
    let mut states = StateSetMetricFamily::new(&format!("s{name}"), "Help.", []).unwrap();
    states.add_metric([], [("on", true)].into_iter().collect::<StateSetPoint>()).unwrap();
    vec![counter.into(), histogram.into(), info.into(), states.into()]
}

fn registry(name: &str, label: &str) -> Registry {
    let (registry, families) = (Registry::new(), families(name, label));
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

fn page(format: &Format, escaping: EscapingScheme, registry: &Registry) -> Vec<u8> {
    let mut encoder = format.encoder(EncoderOptions { escaping, ..EncoderOptions::default() });
    encoder.encode(registry);
    encoder.take()
}

/// The samples of a page in a text format: names, and names of labels.
fn read(format: &Format, page: &[u8]) -> Vec<(String, Vec<String>)> {
    let families: Result<Vec<_>, _> = match format.media_type() {
        "text/plain" => parse::text::parse(page).collect(),
        _ => parse::openmetrics::parse(page).collect(),
    };
    let families = families.unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(page)));
    let samples = families.iter().flat_map(MetricFamily::samples);
    samples.map(|sample| (sample.name, sample.labels.into_iter().map(|(name, _)| name).collect())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_and_names_as_they_are_lead_back(name in names()) {
        prop_assume!(!name.starts_with("U__"));
        for scheme in [EscapingScheme::Values, EscapingScheme::AllowUtf8] {
            for escaped in [escape_metric_name(&name, scheme), escape_label_name(&name, scheme)] {
                prop_assert_eq!(&*unescape_name(&escaped, scheme), &*name);
            }
        }
    }

    #[test]
    fn dots_lead_back_to_names_of_dots_and_underscores(name in "[a-zA-Z_.:][a-zA-Z0-9_.:]{0,12}") {
        let escaped = escape_metric_name(&name, EscapingScheme::Dots);
        prop_assert_eq!(&*unescape_name(&escaped, EscapingScheme::Dots), &*name);
    }

    #[test]
    fn every_reader_knows_an_escaped_name(name in names()) {
        for scheme in [EscapingScheme::Underscores, EscapingScheme::Dots, EscapingScheme::Values] {
            prop_assert!(is_legacy_metric_name(&escape_metric_name(&name, scheme)));
            prop_assert!(is_legacy_label_name(&escape_label_name(&name, scheme)));
        }
    }

    #[test]
    fn any_bytes_can_be_unescaped(name in any::<String>()) {
        for scheme in EscapingScheme::ALL {
            unescape_name(&name, scheme);
            unescape_name(&format!("U__{name}"), scheme);
        }
    }

    /// In each text format and with each scheme a page can be read, and the names on it are those that were asked for.
    #[test]
    fn pages_have_the_names_that_were_asked_for(name in names(), label in names()) {
        prop_assume!(!name.contains("U__"));
        // Behind a letter, so that no escaped label begins with `__`, nor is one `le`.
        let registry = registry(&name, &format!("x{label}"));
        for format in [text::FORMAT_1_0_0, openmetrics::FORMAT] {
            let plain = read(&format, &page(&format, EscapingScheme::AllowUtf8, &registry));
            prop_assert_eq!(plain.len(), 7);
            for scheme in [EscapingScheme::Underscores, EscapingScheme::Dots, EscapingScheme::Values] {
                let escaped = read(&format, &page(&format, scheme, &registry));
                let is_legacy = |(name, labels): &(String, Vec<String>)| {
                    is_legacy_metric_name(name) && labels.iter().all(|label| is_legacy_label_name(label))
                };
                prop_assert!(escaped.iter().all(is_legacy), "{:?}", escaped);
            }
            // A histogram's suffixes stand behind the escaped name.
            let values = read(&format, &page(&format, EscapingScheme::Values, &registry));
            for ((name, labels), (escaped, escaped_labels)) in plain.iter().zip(&values) {
                if !name.starts_with('h') {
                    prop_assert_eq!(&unescape_name(escaped, EscapingScheme::Values), name);
                }
                let unescaped = escaped_labels.iter().map(|label| unescape_name(label, EscapingScheme::Values));
                prop_assert_eq!(unescaped.collect::<Vec<_>>(), labels.clone());
            }
        }
    }

    /// Names that every reader knows are the same bytes in all schemes.
    #[test]
    fn known_names_are_left_alone(name in "[a-z0-9_:]{1,9}", label in "[a-z][a-z0-9_]{0,9}") {
        prop_assume!(label != "le");
        let registry = registry(&name, &label);
        // A state set is a label too, which has no colon.
        prop_assume!(!name.contains(':'));
        for format in FORMATS {
            let pages = EscapingScheme::ALL.map(|scheme| page(format, scheme, &registry));
            prop_assert!(pages.iter().all(|other| *other == pages[0]));
        }
    }
}

/// As [Prometheus' own library](https://pkg.go.dev/github.com/prometheus/common/expfmt) writes them.
#[test]
fn lines() {
    let registry = registry(".x_y", "my.label");
    let lines = |format: Format, escaping| {
        let page = String::from_utf8(page(&format, escaping, &registry)).unwrap();
        page.lines().filter(|line| !line.contains("HELP")).map(str::to_owned).collect::<Vec<_>>()
    };
    let quoted = r#"{"c.x_y_total","my.label"="\\ \"x\""} 1"#;
    let exemplar = r#" # {"my.label"="e"} 1.0"#;
    assert_eq!(
        lines(openmetrics::FORMAT, EscapingScheme::AllowUtf8),
        [
            r#"# TYPE "c.x_y" counter"#,
            &format!("{quoted}{exemplar}"),
            r#"# TYPE "h.x_y" histogram"#,
            r#"{"h.x_y_bucket","my.label"="v",le="1.0"} 1"#,
            r#"{"h.x_y_bucket","my.label"="v",le="+Inf"} 3"#,
            r#"{"h.x_y_sum","my.label"="v"} 3"#,
            r#"{"h.x_y_count","my.label"="v"} 3"#,
            r#"# TYPE "i.x_y" info"#,
            r#"{"i.x_y_info","my.label"="v"} 1"#,
            r#"# TYPE "s.x_y" stateset"#,
            r#"{"s.x_y","s.x_y"="on"} 1"#,
            "# EOF",
        ]
    );
    let text = lines(text::FORMAT_1_0_0, EscapingScheme::AllowUtf8);
    assert_eq!(text[..2], [r##"# TYPE "c.x_y_total" counter"##, quoted]);
    let dots = lines(text::FORMAT_1_0_0, EscapingScheme::Dots);
    assert_eq!(dots[..2], ["# TYPE c_dot_x__y__total counter", r#"c_dot_x__y__total{my_dot_label="\\ \"x\""} 1"#]);
    assert_eq!(dots[3], r#"h_dot_x__y_bucket{my_dot_label="v",le="1.0"} 1"#);
    let values = lines(openmetrics::FORMAT, EscapingScheme::Values);
    assert_eq!(values[0], "# TYPE U__c_2e_x__y_ counter");
    assert_eq!(values[1], r#"U__c_2e_x__y__total{U__my_2e_label="\\ \"x\""} 1 # {U__my_2e_label="e"} 1.0"#);
    assert_eq!(values[10], r#"U__s_2e_x__y{U__s_2e_x__y="on"} 1"#);
}

/// Constant labels too.
#[test]
fn constant_labels() {
    let registry = Registry::new();
    let scoped = registry.with_const_labels([("my.region", "eu")]);
    scoped.register_collector(Arc::new(|| families(".x", "l"))).unwrap();
    let page = |escaping| String::from_utf8(page(&text::FORMAT_1_0_0, escaping, &registry)).unwrap();
    assert!(page(EscapingScheme::AllowUtf8).contains(r#"{"c.x_total","my.region"="eu",l="#));
    assert!(page(EscapingScheme::Dots).contains(r#"c_dot_x__total{my_dot_region="eu",l="#));
    assert_eq!(Labels { scope: r#""my.region"="eu""#, own: "" }.pairs().count(), 1);
}
