//! A page for each rule; its first lines say what is found. The peers suite shows the same pages to `promtool`.

use metrics_core::model::{GaugeMetricFamily, MetricFamily};
use metrics_core::name::EscapingScheme;
use metrics_core::registry::Definition;
use metrics_core::{Counter, Gauge, Registry};
use metrics_exposition::FORMATS;
use metrics_exposition::lint::{Linter, RULES};
use metrics_exposition::parse::{self, PageFormat};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Of what no page of text can have; see `registry.rs`.
const NOT_IN_TEXT: [&str; 2] = ["unit", "exemplar-place"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/pages")
}

/// Rule and line of each problem, in the order in which they are found.
fn expected(page: &str) -> Vec<(String, String)> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("# expect ")?.split_once(": "));
    let mut all: Vec<_> = lines.map(|(rule, line)| (rule.to_owned(), line.to_owned())).collect();
    all.sort_by(|(_, a), (_, b)| a.split_once(' ').cmp(&b.split_once(' ')));
    all
}

fn found(linter: &Linter, page: &str) -> Vec<(String, String)> {
    let problems = linter.page_in(PageFormat::Text, page.as_bytes()).unwrap();
    problems.iter().map(|problem| (problem.rule.to_owned(), problem.to_string())).collect()
}

#[test]
fn each_rule_finds_what_it_should_and_nothing_else() {
    for rule in RULES {
        let page = fs::read_to_string(folder().join(format!("{}.prom", rule.id))).unwrap();
        let expected = expected(&page);
        assert_eq!(found(&Linter::new(), &page), expected, "{}", rule.id);
        let own = expected.iter().filter(|(id, _)| id == rule.id).count();
        assert_eq!(own == 0, NOT_IN_TEXT.contains(&rule.id), "{}: {own} on its page", rule.id);

        let without = Linter::new().disable(rule.id).unwrap();
        let others: Vec<_> = expected.into_iter().filter(|(id, _)| id != rule.id).collect();
        assert_eq!(found(&without, &page), others, "without {}", rule.id);
    }
    let pages = fs::read_dir(folder()).unwrap().count();
    assert_eq!(pages, RULES.len(), "a page without a rule");
}

#[test]
fn the_table_tells_the_way_out_of_each() {
    let documented = include_str!("../../../metrics-exposition/src/lint/mod.rs");
    for rule in RULES {
        assert!(rule.why.len() > 10 && rule.way_out.len() > 5, "{rule:?}");
        assert!(documented.contains(&format!("//! | `{}` | ", rule.id)), "`{}` is not in the documentation", rule.id);
    }
    let error = Linter::new().disable("no-such-rule").unwrap_err().to_string();
    assert!(error.contains("`no-such-rule`") && error.contains("camel-case"), "{error}");
}

#[test]
fn limits_can_be_set() {
    let page = "# HELP a Series.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\n";
    assert_eq!(found(&Linter::new().max_series(2), page), []);
    let [(rule, line)] = &found(&Linter::new().max_series(1), page)[..] else { panic!() };
    assert_eq!((&**rule, &**line), ("max-series", "a has 2 series, more than 1"));
    let page = fs::read_to_string(folder().join("bucket-count.prom")).unwrap();
    let lines = found(&Linter::new().max_buckets(99), &page);
    assert!(lines.iter().any(|(_, line)| line == "c has 100 buckets, more than 99"), "{lines:?}");
}

/// Neither a series of its own nor a label for each bucket, quantile and state.
#[test]
fn labels_of_the_type_are_not_the_familys() {
    let page = "# TYPE a histogram\n# HELP a Sizes.\na_bucket{x=\"1\",le=\"1.0\"} 1\na_bucket{x=\"1\",le=\"+Inf\"} 1\n\
        a_count{x=\"1\"} 1\na_sum{x=\"1\"} 1\na_bucket{x=\"2\",le=\"1.0\"} 1\na_bucket{x=\"2\",le=\"+Inf\"} 1\n\
        # TYPE b summary\n# HELP b Sizes.\nb{x=\"1\",quantile=\"0.5\"} 1\nb_count{x=\"1\"} 1\nb_sum{x=\"1\"} 1\n\
        # TYPE c stateset\n# HELP c States.\nc{x=\"1\",c=\"on\"} 1\nc{x=\"1\",c=\"off\"} 0\n# EOF\n";
    let linter = Linter::new()
        .rule("tell", "", |family| vec![format!("{:?} in {} series", family.label_names(), family.series().count())]);
    let lines: Vec<_> = linter.page(page.as_bytes()).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(lines, [r#"a {"x"} in 2 series"#, r#"b {"x"} in 1 series"#, r#"c {"x"} in 1 series"#]);
}

/// As promtool 3 has it; 2 takes any.
#[test]
fn of_two_units_the_first_counts() {
    let line = |name: &str| {
        let problems = Linter::new()
            .page_in(PageFormat::Text, format!("# HELP {name} Two.\n# TYPE {name} gauge\n{name} 1\n").as_bytes());
        problems.unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(line("a_hours_pounds"), ["a_hours_pounds use base unit \"seconds\" instead of \"hours\""]);
    assert_eq!(line("a_seconds_pounds"), [""; 0]);
}

#[test]
fn openmetrics_is_known_by_its_end() {
    let page = b"# TYPE a_days gauge\n# UNIT a_days days\n# HELP a_days Days.\na_days 1\n# EOF\n";
    let [problem] = &Linter::new().disable("help-quality").unwrap().page(page).unwrap()[..] else { panic!() };
    assert_eq!(problem.to_string(), "a_days use base unit \"seconds\" instead of \"days\"");
    // A counter is named without `_total` there.
    let page = b"# TYPE a counter\n# HELP a Counts.\na_total 1\n# EOF\n";
    assert_eq!(Linter::new().page(page), Ok(vec![]));
    assert_eq!(Linter::new().page_in(PageFormat::Text, page).unwrap()[0].rule, "counter");
    assert!(Linter::new().page(b"# TYPE a counter\na 1\n# EOF\n").is_err());
}

/// Wherever its samples stand, as promtool has it.
#[test]
fn what_comes_in_parts_is_linted_as_a_whole() {
    let page = b"# HELP a Some.\n# TYPE a gauge\na 1\n# HELP b Others.\n# TYPE b gauge\nb 1\na 2\nb{x=\"1\"} 1\n";
    let [problem] = &Linter::new().page_in(PageFormat::Text, page).unwrap()[..] else { panic!() };
    assert_eq!(problem.to_string(), "a metric not unique");
}

#[test]
fn a_page_has_the_same_problems_in_each_format() {
    let registry = Registry::new();
    registry.register(Definition::new("waitHours", "Time to wait."), Arc::new(Gauge::<f64>::new())).unwrap();
    registry.register(Definition::new("jobs_count", "Jobs done."), Arc::new(Counter::new())).unwrap();
    let expected = ["waitHours metric names should be written in 'snake_case' not 'camelCase'"];
    for format in FORMATS {
        let page_format: PageFormat = format.content_type(EscapingScheme::Underscores).parse().unwrap();
        let problems = Linter::new().page_in(page_format, &format.generate_latest(&registry)).unwrap();
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected, "{format:?}");
    }
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let error = Linter::new().page_in(PageFormat::Text, b"a 1\nb{ 1\n").unwrap_err();
    assert_eq!(error.line(), 2);
}

#[test]
fn families_are_linted_as_their_page_is() {
    for rule in RULES.iter().filter(|rule| !["duplicate-metric", "counter", "gauge"].contains(&rule.id)) {
        let page = fs::read(folder().join(format!("{}.prom", rule.id))).unwrap();
        let families: Vec<MetricFamily> = parse::text::parse(&page).collect::<Result<_, _>>().unwrap();
        let with_samples = families.iter().filter(|family| !family.is_empty());
        assert_eq!(
            Linter::new().families(with_samples),
            Linter::new().page_in(PageFormat::Text, &page).unwrap(),
            "{}",
            rule.id
        );
    }
    let family: MetricFamily = GaugeMetricFamily::single("a_hours", "Time.", 1).unwrap().into();
    assert_eq!(Linter::new().families([&family]).len(), 1);
}
