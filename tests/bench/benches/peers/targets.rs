//! What was promised.

use crate::workloads::*;
use metrics_bench::{Measured, Results};

/// Prints which of the targets were reached. Says so and no more: on a loaded machine one may be missed.
pub(crate) fn print(results: &Results) {
    println!("{:<66}{:>9}{:>9}", "target", "at most", "is");
    for Target { what, at_most, is } in targets(results) {
        let Some(is) = is else { continue };
        let verdict = if is <= at_most { "ok" } else { "MISSED" };
        println!("  {what:<64}{at_most:>9.2}{is:>9.2}  {verdict}");
    }
}

struct Target {
    what: &'static str,
    at_most: f64,
    /// `None` if it was not measured.
    is: Option<f64>,
}

fn targets(results: &Results) -> Vec<Target> {
    let of = |workload, who| results.find(workload, who);
    let one = |workload, who| of(workload, who).map(|m| m.one);
    // The time of `a` in times of `b`.
    let ratio = |workload, a, b| Some(one(workload, a)? / one(workload, b)?);
    let threads = |workload, who| of(workload, who).and_then(|m| Some(m.two? / m.one));
    let instructions = |workload, who| of(workload, who).and_then(|m| m.instructions);
    let allocations = |workload, who| of(workload, who).map(|m| m.allocations);
    let hot =
        [INCREMENT, INCREMENT_ENUMS, INCREMENT_STRINGS, INCREMENT_STRINGS_HOT, OBSERVE_11, OBSERVE_30, OBSERVE_NATIVE];
    let hot: Vec<&Measured> = hot.iter().filter_map(|workload| of(workload, OURS)).collect();
    let target = |what, at_most, is| Target { what, at_most, is };
    // 200 MB/s are 5 ns a byte.
    let a_byte = |workload, who| one(workload, who).map(|ns| ns / bytes_a_line());
    vec![
        target("increment / fetch_add", 0.25, ratio(INCREMENT, OURS, FETCH_ADD)),
        target("increment behind T::global() / fetch_add", 0.25, ratio(INCREMENT, OURS_GLOBAL, FETCH_ADD)),
        target("increment of a kept handle / fetch_add", 0.3, ratio(INCREMENT, OURS_HANDLE, FETCH_ADD)),
        target("increment, two threads / one", 1.25, threads(INCREMENT, OURS)),
        target("increment with 2 enums / fetch_add", 0.4, ratio(INCREMENT_ENUMS, OURS, FETCH_ADD)),
        target("increment with 2 strings / prometheus", 0.5, ratio(INCREMENT_STRINGS, OURS, PROMETHEUS)),
        target("observe, 11 bounds / prometheus-client", 0.25, ratio(OBSERVE_11, OURS, CLIENT)),
        target("observe, 30 bounds / prometheus-client", 0.25, ratio(OBSERVE_30, OURS, CLIENT)),
        target("observe, native / prometheus-client", 0.3, ratio(OBSERVE_NATIVE, OURS, CLIENT)),
        target("observe, native, two threads / one", 1.25, threads(OBSERVE_NATIVE, OURS)),
        target("observe, 11 bounds, two threads / one", 1.25, threads(OBSERVE_11, OURS)),
        target("observe, 30 bounds, two threads / one", 1.25, threads(OBSERVE_30, OURS)),
        target("text of 100,000 counters / measured", 0.4, ratio(TEXT_LARGE, OURS, MEASURED)),
        target("parsing 100,000 counters / prometheus-parse", 0.5, ratio(PARSE, PARSE_OURS, PROMETHEUS_PARSE)),
        target("parsing 100,000 counters / prom_text_format_parser", 0.5, ratio(PARSE, PARSE_OURS, TEXT_FORMAT_PARSER)),
        target("ns a byte, parsing a text of 100,000 counters", 5.0, a_byte(PARSE, PARSE_OURS)),
        target("ns a byte, parsing OpenMetrics of 100,000 counters", 5.0, a_byte(PARSE, PARSE_OPENMETRICS)),
        target("the same text in any order", 5.0, a_byte(PARSE_SHUFFLED, PARSE_OURS)),
        target("the same OpenMetrics in any order", 5.0, a_byte(PARSE_SHUFFLED, PARSE_OPENMETRICS)),
        target("allocations of a hot operation", 0.0, hot.iter().map(|m| m.allocations).reduce(f64::max)),
        target(
            "allocations of a text of 100,000 counters beyond one of 1,000",
            0.0,
            allocations(TEXT_LARGE, OURS).zip(allocations(TEXT_SMALL, OURS)).map(|(large, small)| large - small),
        ),
        target(
            "2 strings, 500 series of 100,000 / all of 500",
            2.0,
            one(INCREMENT_STRINGS_HOT, OURS).zip(one(INCREMENT_STRINGS, OURS)).map(|(many, few)| many / few),
        ),
        target(
            "text of 100,000 counters, touched by 8 threads / by one",
            1.3,
            ratio(TEXT_LARGE, OURS_TOUCHED_BY_8, OURS),
        ),
        target("text of 100,000 counters / copying the lines", 1.3, ratio(TEXT_LARGE, OURS, COPY)),
        target("OpenMetrics of 100,000 counters / copying the lines", 1.3, ratio(TEXT_LARGE, OURS_OPENMETRICS, COPY)),
        target("text of 100 histograms / fast-telemetry", 0.6, ratio(TEXT_HISTOGRAMS, OURS, TELEMETRY)),
        target("protobuf of 1,000 counters / text", 2.0, ratio(TEXT_SMALL, OURS_PROTOBUF, OURS)),
        target("protobuf of 100,000 counters / text", 2.0, ratio(TEXT_LARGE, OURS_PROTOBUF, OURS)),
        target("protobuf of 1,000 gauges / text", 2.0, ratio(TEXT_GAUGES, OURS_PROTOBUF, OURS)),
        target("protobuf of 100 histograms / text", 2.0, ratio(TEXT_HISTOGRAMS, OURS_PROTOBUF, OURS)),
        target("empty instrumented function / two clock reads", 1.3, ratio(INSTRUMENT, OURS, TWO_CLOCK_READS)),
        target(
            "empty instrumented function / the same and one observe",
            1.15,
            ratio(INSTRUMENT, OURS, AND_ONE_OBSERVE),
        ),
        target("the same into a field with 2 enums / the same", 1.2, ratio(INSTRUMENT, OURS_INTO, AND_ONE_OBSERVE)),
        target("instructions of an increment", 20.0, instructions(INCREMENT, OURS)),
        target("instructions of an increment with 2 enums", 35.0, instructions(INCREMENT_ENUMS, OURS)),
        target("instructions of an increment with 2 strings", 220.0, instructions(INCREMENT_STRINGS, OURS)),
        target("instructions of observing, 11 bounds", 55.0, instructions(OBSERVE_11, OURS)),
        target("instructions of observing, 30 bounds", 55.0, instructions(OBSERVE_30, OURS)),
        target("instructions of observing, native buckets", 85.0, instructions(OBSERVE_NATIVE, OURS)),
    ]
}
