//! Parses the pages that standard input gives, so that the suite can compare what came of each with what came of it in
//! Python. The argument is the format; before each page stands its length, on a line. What is printed are the samples,
//! texts in hexadecimal, and behind them `ok` or the error.

use metrics_core::model::Sample;
use metrics_exposition::parse::{openmetrics, text};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read};

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn show(sample: &Sample) -> String {
    let mut labels: Vec<_> = sample.labels.iter().map(|(name, value)| hex(name) + "=" + &hex(value)).collect();
    labels.sort();
    let time = sample.timestamp.map_or("-".to_owned(), |time| time.to_string());
    format!("{} {} {:?} {time}", hex(&sample.name), labels.join(","), sample.value.as_f64())
}

fn main() -> Result<(), Box<dyn Error>> {
    let parse = match std::env::args().nth(1).as_deref() {
        Some("text") => text::parse,
        Some("openmetrics") => openmetrics::parse,
        _ => return Err("the format is text or openmetrics".into()),
    };
    let mut stdin = io::stdin().lock();
    let mut length = String::new();
    while stdin.read_line(&mut length)? > 0 {
        let mut page = vec![0; length.trim().parse()?];
        length.clear();
        stdin.read_exact(&mut page)?;
        let mut end = "ok".to_owned();
        for family in parse(&page) {
            match family {
                Ok(family) => family.samples().iter().for_each(|sample| println!("{}", show(sample))),
                Err(error) => end = format!("error {}", error.to_string().escape_debug()),
            }
        }
        println!("{end}");
    }
    Ok(())
}
