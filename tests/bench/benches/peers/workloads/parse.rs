use crate::labels::{Key, keys};
use metrics_bench::{Random, Subject, Workload};
use metrics_core::Registry;
use metrics_exposition::{parse, protobuf};
use prost::Message;
use std::fmt::Write;
use std::io;
use std::sync::Arc;

#[allow(dead_code, reason = "decoded only")]
#[path = "../../../../tests/messages/mod.rs"]
mod messages;

pub(crate) const PARSE_OURS: &str = "parse::text";
pub(crate) const PARSE_OPENMETRICS: &str = "parse::openmetrics";
pub(crate) const PROMETHEUS_PARSE: &str = "prometheus-parse";
pub(crate) const TEXT_FORMAT_PARSER: &str = "prom_text_format_parser";
pub(crate) const PARSE_PROTOBUF: &str = "parse::protobuf";
pub(crate) const PROST: &str = "prost";

const SERIES: usize = 100_000;
const HISTOGRAMS: usize = 5_000;

/// Sorted by their labels, as some clients write them.
pub(crate) fn counters() -> Workload {
    of_counters(&counter_lines())
}

/// In any order, as others do.
pub(crate) fn shuffled_counters() -> Workload {
    let mut lines = counter_lines();
    Random::new(6).shuffle(&mut lines);
    of_counters(&lines)
}

fn counter_lines() -> Vec<String> {
    let mut random = Random::new(5);
    let line = |key: &Key| {
        let [path, tenant] = key.array();
        let value = random.next() % 10_000_000;
        format!("http_requests_total{{path=\"{path}\",tenant=\"{tenant}\"}} {value}\n")
    };
    keys(SERIES).iter().map(line).collect()
}

/// Of [`counters`].
#[allow(clippy::cast_precision_loss, reason = "few")]
pub(crate) fn bytes_a_line() -> f64 {
    counter_lines().concat().len() as f64 / SERIES as f64
}

fn of_counters(lines: &[String]) -> Workload {
    let head = "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n".to_owned();
    let page = head + &lines.concat();
    let openmetrics = page.replace("http_requests_total R", "http_requests R").replace("_total counter", " counter");
    subjects(page, openmetrics + "# EOF\n", SERIES)
}

/// Of 11 bounds: 14 lines each.
pub(crate) fn histograms() -> Workload {
    let mut page = "# TYPE took_seconds histogram\n".to_owned();
    for key in keys(HISTOGRAMS) {
        let [path, tenant] = key.array();
        let labels = format!("path=\"{path}\",tenant=\"{tenant}\"");
        let bounds = metrics_core::DEFAULT_BUCKETS.iter().chain([&f64::INFINITY]);
        for (count, bound) in bounds.enumerate() {
            let le = metrics_core::model::float_to_go_string(*bound);
            writeln!(page, "took_seconds_bucket{{{labels},le=\"{le}\"}} {count}").expect("takes all");
        }
        let last = metrics_core::DEFAULT_BUCKETS.len();
        writeln!(page, "took_seconds_sum{{{labels}}} 12.75\ntook_seconds_count{{{labels}}} {last}").expect("takes all");
    }
    let openmetrics = page.clone() + "# EOF\n";
    let lines = page.lines().count() - 1;
    subjects(page, openmetrics, lines)
}

/// Each reads the page from memory into what its crate has for a page. A unit is a line.
fn subjects(page: String, openmetrics: String, lines: usize) -> Workload {
    let (page, openmetrics): (&'static str, &'static str) = (page.leak(), openmetrics.leak());
    eprintln!("{} bytes a line", page.len() / lines);
    let ours = || parse::text::parse(page.as_bytes()).collect::<Result<Vec<_>, _>>().expect("a page");
    let strict = || parse::openmetrics::parse(openmetrics.as_bytes()).collect::<Result<Vec<_>, _>>().expect("a page");
    assert_eq!(ours().len(), 1);
    assert_eq!(ours()[0].len(), strict()[0].len());
    let split = || {
        let lines = page.lines().map(|line| Ok::<_, io::Error>(line.to_owned()));
        prometheus_parse::Scrape::parse(lines).expect("a page")
    };
    let scrape = || prom_text_format_parser::Scrape::parse(page).unwrap_or_else(|_| panic!("a page"));
    let families = ours();
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).expect("the first");
    let binary: &'static [u8] = protobuf::generate_latest(&registry).leak();
    eprintln!("{} bytes a line in protobuf", binary.len() / lines);
    let messages = move || parse::protobuf::parse(binary).collect::<Result<Vec<_>, _>>().expect("a page");
    assert_eq!(messages()[0].len(), ours()[0].len());
    let decode = move || {
        let (mut rest, mut all) = (binary, Vec::new());
        while !rest.is_empty() {
            all.push(messages::MetricFamily::decode_length_delimited(&mut rest).expect("a message"));
        }
        all
    };
    Workload::slow(
        vec![
            Subject::after(PARSE_PROTOBUF, lines, || (), move |()| messages()),
            Subject::after(PROST, lines, || (), move |()| decode()),
            Subject::after(PARSE_OURS, lines, || (), move |()| ours()),
            Subject::after(PARSE_OPENMETRICS, lines, || (), move |()| strict()),
            Subject::after(PROMETHEUS_PARSE, lines, || (), move |()| split()),
            Subject::after(TEXT_FORMAT_PARSER, lines, || (), move |()| scrape()),
        ],
        11,
    )
}
