mod create;
mod encode;
mod gauge;
mod increment;
mod instrument;
mod observe;
mod parse;

pub(crate) use {
    encode::{COPY, OURS_OPENMETRICS, OURS_PROTOBUF, OURS_TOUCHED_BY_8, TELEMETRY},
    instrument::{AND_ONE_OBSERVE, OURS_INTO, TWO_CLOCK_READS},
    parse::{PARSE_OPENMETRICS, PARSE_OURS, PROMETHEUS_PARSE, TEXT_FORMAT_PARSER, bytes_a_line},
};

/// Ours.
pub(crate) const OURS: &str = "metrics-core";
pub(crate) const OURS_GLOBAL: &str = "metrics-core, field of T::global()";
pub(crate) const OURS_BOTH: &str = "metrics-core, 11 bounds besides";
pub(crate) const OURS_CLASSIC: &str = "metrics-core, 11 bounds only";
pub(crate) const OURS_HANDLE: &str = "metrics-core, kept handle";
/// Theirs.
pub(crate) const PROMETHEUS: &str = "prometheus";
pub(crate) const CLIENT: &str = "prometheus-client";
pub(crate) const MEASURED: &str = "measured";
/// A number of the thread's own, and nothing else.
pub(crate) const THREAD_LOCAL: &str = "thread_local Cell<u64>";
/// An atomic and nothing else.
pub(crate) const FETCH_ADD: &str = "AtomicU64::fetch_add";

pub(crate) const INCREMENT: &str = "increment a counter";
pub(crate) const INCREMENT_ENUMS: &str = "increment, 2 enum labels";
pub(crate) const INCREMENT_STRINGS: &str = "increment, 2 string labels of 500 series";
pub(crate) const INCREMENT_STRINGS_HOT: &str = "increment, 2 string labels, 500 of 100,000 series";
pub(crate) const INCREMENT_STRINGS_COLD: &str = "increment, 2 string labels of 100,000 series";
pub(crate) const OBSERVE_11: &str = "observe, 11 bounds";
pub(crate) const OBSERVE_30: &str = "observe, 30 bounds";
pub(crate) const OBSERVE_NATIVE: &str = "observe, native buckets of schema 3";
pub(crate) const INSTRUMENT: &str = "instrumented: an empty function";
pub(crate) const TEXT_SMALL: &str = "text of 1,000 counters, one series";
pub(crate) const TEXT_LARGE: &str = "text of 100,000 counters, one series";
pub(crate) const TEXT_GAUGES: &str = "text of 1,000 gauges, one series";
pub(crate) const TEXT_HISTOGRAMS: &str = "text of 100 histograms of 11 bounds, one series";

pub(crate) const PARSE: &str = "parse a text of 100,000 counters, one line";
pub(crate) const PARSE_SHUFFLED: &str = "parse a text of 100,000 counters in any order, one line";

pub(crate) const ALL: [metrics_bench::Make; 19] = [
    (INCREMENT, increment::plain),
    (INCREMENT_ENUMS, increment::enums),
    (INCREMENT_STRINGS, increment::strings),
    (INCREMENT_STRINGS_HOT, increment::strings_hot),
    (INCREMENT_STRINGS_COLD, increment::strings_cold),
    (OBSERVE_11, observe::eleven),
    (OBSERVE_30, observe::thirty),
    (OBSERVE_NATIVE, observe::native),
    ("set a gauge (f64)", gauge::set),
    ("add to a gauge (f64)", gauge::add),
    (INSTRUMENT, instrument::empty),
    (TEXT_SMALL, encode::small),
    (TEXT_LARGE, encode::large),
    (TEXT_GAUGES, encode::gauges),
    (TEXT_HISTOGRAMS, encode::histograms),
    (PARSE, parse::counters),
    (PARSE_SHUFFLED, parse::shuffled_counters),
    ("parse a text of 5,000 histograms of 11 bounds, one line", parse::histograms),
    // Last: cells that it gives back would be used again, and be read with what other threads' copies hold of them.
    ("create a series of 2 strings, count in it", create::series),
];

/// A value that lives as long as the process.
pub(crate) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
