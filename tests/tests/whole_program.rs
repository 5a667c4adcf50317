//! A program in which nearly everything clashes that can: two structs, and two crates.

use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry, instrument_histogram};
use std::process::Command;

metrics_core::link!(metrics_leaf);

#[derive(LabelSet)]
struct Route<'a> {
    route: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "whole")]
struct First {
    /// Same help.
    one_type: Counter,
    /// One help.
    one_help: Counter,
    /// Same help.
    labels: Family<Route<'static>, Counter>,
    /// Same help.
    twice: Counter,
    /// Same help.
    suffix: Counter,
    /// Same help.
    fine: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "whole")]
struct Second {
    /// Same help.
    one_type: Gauge,
    /// Another help.
    one_help: Counter,
    /// Same help.
    labels: Counter,
    /// Same help.
    twice: Counter,
    /// Same help.
    #[metric(allow(reserved_suffix))]
    suffix_total: Gauge,
    /// Behind the others' mistakes.
    hidden: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "whole")]
struct Third {
    /// Same help.
    twice: Counter,
}

/// Fine, but for what is left out.
#[derive(Metrics)]
#[metrics(prefix = "whole")]
struct Fourth {
    /// Behind the others' mistakes.
    hidden: Counter,
    /// Shown.
    shown: Gauge,
}

#[derive(Metrics)]
struct OfOtherCrate {
    /// What another crate has.
    leaf_calls: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "whole", const_labels(part = "b"))]
struct Part {
    /// Nothing, but it has no constant label there.
    fine: Counter,
}

/// One family of two functions.
#[instrument_histogram(name = "whole_answer", buckets = [0.1, 1.0])]
fn quick() {}

#[instrument_histogram(name = "whole_answer")]
fn slow() {}

/// No clash: a bound of +Inf adds nothing.
#[instrument_histogram(name = "whole_answer", buckets = [0.1, 1.0, f64::INFINITY])]
fn quick_too() {}

const TYPES: &str = "one name has one type; rename one";
const TEXTS: &str = "they share a family, so help and unit must be the same";
const LABELS: &str = "they share a family, so the labels must have the same names in the same order";
const BUCKETS: &str = "they share a family, so the buckets must be the same";
const SAME: &str = "both have this name and the same constant labels; rename one, or give it `const_labels`, or let all \
                    depend on one version if it is a crate that is there in two";
const SUFFIX: &str = "both have a sample of one name, by the suffixes of their types; rename one";

/// Where a field of a struct stands.
fn at(of: &str, field: &str) -> String {
    let lines = include_str!("whole_program.rs").lines().enumerate();
    let field = format!("    {field}: ");
    let mut in_struct = lines.skip_while(|(_, line)| *line != format!("struct {of} {{"));
    let (n, _) = in_struct.find(|(_, line)| line.starts_with(&field)).expect("it is there");
    format!("{}:{}:5", file!(), n + 1)
}

/// Where a function stands.
fn at_function(name: &str) -> String {
    let start = format!("fn {name}() {{}}");
    let n = include_str!("whole_program.rs").lines().position(|line| line == start).expect("it is there");
    format!("{}:{}:4", file!(), n + 1)
}

fn expected() -> String {
    let pair = |of: &str, field: &str, name: &str, other: &str, other_field: &str, other_name: &str, why: &str| {
        let (here, there) = (at(of, field), at(other, other_field));
        format!("metric `{name}` at {here} clashes with `{other_name}` at {there}: {why}")
    };
    let same = |of, field, other, why| {
        let name = format!("whole_{field}");
        pair(of, field, &name, other, field, &name, why)
    };
    let leaf = include_str!("../leaf/src/lib.rs").lines().position(|line| line.contains("pub calls")).unwrap() + 1;
    let foreign = format!(
        "metric `leaf_calls` at {} clashes with `leaf_calls` at tests/leaf/src/lib.rs:{leaf}:9: {TEXTS}",
        at("OfOtherCrate", "leaf_calls")
    );
    let functions = |name, other| {
        let (here, there) = (at_function(name), at_function(other));
        format!("metric `whole_answer_seconds` at {here} clashes with `whole_answer_seconds` at {there}: {BUCKETS}")
    };
    let mistakes = [
        same("Second", "one_type", "First", TYPES),
        same("Second", "one_help", "First", TEXTS),
        same("Second", "labels", "First", LABELS),
        same("Second", "twice", "First", SAME),
        pair("Second", "suffix_total", "whole_suffix_total", "First", "suffix", "whole_suffix", SUFFIX),
        same("Third", "twice", "First", SAME),
        same("Third", "twice", "Second", SAME),
        same("Fourth", "hidden", "Second", SAME),
        foreign,
        same("Part", "fine", "First", LABELS),
        functions("slow", "quick"),
        functions("quick_too", "slow"),
    ];
    let names = ["Second", "Third", "OfOtherCrate", "Part", "slow"].map(|name| format!("whole_program::{name}"));
    format!("{} are not exposed: 12 mistakes\n- {}", names.join(", "), mistakes.join("\n- "))
}

#[test]
fn every_pair_is_there_with_both_places() {
    let error = Registry::global().check().unwrap_err();
    assert_eq!(error.to_string(), expected());
    assert_eq!(error.errors.len(), 12);
}

#[test]
fn what_clashes_with_nothing_exposed_is_exposed() {
    let names: Vec<String> = Registry::global().descs().into_iter().map(|desc| desc.name).collect();
    for name in ["whole_fine", "whole_hidden", "whole_shown", "whole_suffix", "leaf_calls", "whole_answer_seconds"] {
        assert!(names.iter().any(|n| n == name), "no {name} in {names:?}");
    }
    assert!(!names.iter().any(|name| name == "whole_suffix_total"), "{names:?}");
}

#[test]
fn a_test_of_one_line_finds_them() {
    let panic = std::panic::catch_unwind(metrics_core::testing::assert_valid).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>(), Some(&expected()));
}

#[test]
fn the_first_read_says_it_in_one_message() {
    let reads = ["--exact", "what_clashes_with_nothing_exposed_is_exposed", "--nocapture"];
    let output = Command::new(std::env::current_exe().unwrap()).args(reads).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, format!("metrics: {}\n", expected()));
}
