//! Serves metrics that standard input asks for, so that the suite alone decides which label values, numbers
//! and help texts are tried. Each line is a kind and a value in hexadecimal; metric `n` is that of line `n`. Beside them
//! a family of each type, native histograms, and a family that is large.

#[path = "../tests/every_type/mod.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod every_type;

use metrics_core::model::{Exemplar, HistogramMetricFamily, HistogramPoint, Timestamp};
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Metrics, NativeOptions, Registry};
use std::error::Error;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Metrics)]
#[metrics(prefix = "odd")]
struct Odd {
    /// Any text as a label value.
    texts: Family<Text<'static>, Gauge<i64>>,
    /// Any float.
    numbers: Family<Line, Gauge>,
    /// Any integer.
    counts: Family<Line, Counter>,
}

#[derive(Metrics)]
#[metrics(prefix = "native")]
struct Native {
    /// Native buckets only.
    #[metric(native = NativeOptions::DEFAULT.factor(2.0))]
    alone: Histogram,
    /// Classic ones too.
    #[metric(native = NativeOptions::DEFAULT.factor(2.0), buckets = [1.0])]
    both: Histogram,
    /// Nothing was observed, and zero is as wide as nothing.
    #[metric(native = NativeOptions::DEFAULT.zero_threshold(0.0))]
    empty: Histogram,
    /// More series than one message holds.
    many: Family<Text<'static>, Counter>,
}

#[derive(LabelSet)]
struct Text<'a> {
    n: u32,
    text: &'a str,
}

#[derive(LabelSet)]
struct Line {
    n: u32,
}

const MANY: u32 = 6_000;

fn main() -> Result<(), Box<dyn Error>> {
    let odd = Odd::global();
    for (n, line) in (1..).zip(io::stdin().lines()) {
        let line = line?;
        let (kind, hex) = line.split_once(' ').ok_or("no value")?;
        match kind {
            "text" => odd.texts.with(&Text { n, text: &text(hex)? }).set(n.into()),
            "number" => odd.numbers.with(&Line { n }).set(f64::from_bits(u64::from_str_radix(hex, 16)?)),
            "count" => odd.counts.with(&Line { n }).inc_by(u64::from_str_radix(hex, 16)?),
            "help" => {
                let definition = Definition::new(format!("odd_help_{n}"), text(hex)?);
                Registry::global().register(definition, Arc::new(Gauge::new()))?;
            }
            _ => return Err(format!("unknown kind {kind}").into()),
        }
    }
    let native = Native::global();
    for histogram in [&native.alone, &native.both] {
        for value in [0.0, 0.75, 3.0, -3.0] {
            histogram.observe(value);
        }
        histogram.observe(3.5);
    }
    for n in 0..MANY {
        native.many.with(&Text { n, text: &"x".repeat(80) }).inc_by(n.into());
    }
    let exemplar = Exemplar::new([("trace_id", "4bf92f3577b34da6")], 3.5)?.at(Timestamp::now());
    let traced = native.alone.to_native().ok_or("has native buckets")?.with_exemplars(vec![exemplar])?;
    let traced = HistogramPoint::native_only(traced);
    let mut every_type = [every_type::all()?, every_type::with_odd_names()?].concat();
    every_type.push(HistogramMetricFamily::single("native_traced", "With an exemplar.", traced)?.into());
    Registry::global().register_collector(Arc::new(move || every_type.clone()))?;
    serve()
}

fn text(hex: &str) -> Result<String, Box<dyn Error>> {
    let byte = |pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?);
    let bytes: Result<Vec<u8>, Box<dyn Error>> = hex.as_bytes().chunks(2).map(byte).collect();
    Ok(String::from_utf8(bytes?)?)
}

fn serve() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("metrics: http://{}/metrics", listener.local_addr()?);
        Ok(axum::serve(listener, metrics_exposition::axum::router()).await?)
    })
}
