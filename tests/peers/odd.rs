//! Serves metrics that standard input asks for, so that the suite alone decides which label values, numbers
//! and help texts are tried. Each line is a kind and a value in hexadecimal; metric `n` is that of line `n`. Beside them
//! a family of each type.

#[path = "../tests/every_type/mod.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod every_type;

use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
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

#[derive(LabelSet)]
struct Text<'a> {
    n: u32,
    text: &'a str,
}

#[derive(LabelSet)]
struct Line {
    n: u32,
}

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
    let every_type = every_type::all()?;
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
