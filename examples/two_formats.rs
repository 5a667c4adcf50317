//! One registry in both text formats, side by side:
//!
//! ```text
//! cargo run --example two_formats
//! ```
//!
//! The older one knows fewer types and no units: an info and a state set are gauges there, and a gauge histogram has its
//! sum and its count in families of their own.

use metrics_core::{
    Counter, Family, Gauge, GaugeHistogram, Histogram, Info, LabelSet, LabelValue, Metrics, Registry, StateSet, Summary,
};
use metrics_exposition::{Format, openmetrics, text};
use std::error::Error;

#[derive(Clone, Copy, LabelValue)]
pub(crate) enum Line {
    Open,
    Busy,
}

#[derive(LabelSet)]
pub(crate) struct Call<'a> {
    from: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "phone")]
pub(crate) struct Phone {
    /// Calls that came in.
    calls: Family<Call<'static>, Counter>,
    /// How loud it rings.
    #[metric(unit = Ratio)]
    volume: Gauge,
    /// How long calls took.
    #[metric(unit = Seconds, buckets = [60.0, 3600.0])]
    duration: Histogram,
    /// How long callers have been on hold.
    #[metric(unit = Seconds, buckets = [10.0])]
    on_hold: GaugeHistogram,
    /// Letters of text messages.
    letters: Summary,
    /// Whether it is in use.
    line: StateSet<Line>,
    /// What it is.
    build: Info,
}

pub(crate) fn registry() -> Result<Registry, Box<dyn Error>> {
    let registry = Registry::new();
    let phone = Phone::register_in(&registry)?;
    phone.calls.with(&Call { from: "Ada" }).inc_by(2);
    phone.calls.with(&Call { from: "\"unknown\"" }).inc();
    phone.volume.set(0.75);
    phone.duration.observe(42.5);
    phone.duration.observe(600.0);
    phone.on_hold.inc(12.0);
    phone.letters.observe(160.0);
    phone.line.set(if phone.on_hold.sum() > 0.0 { Line::Busy } else { Line::Open });
    phone.build.set([("model", "W48"), ("colour", "black")])?;
    Ok(registry)
}

/// Family by family, the first format to the left.
pub(crate) fn side_by_side(registry: &Registry, left: &Format, right: &Format) -> String {
    let mut rows = Vec::new();
    for family in registry.descs() {
        let only = registry.restricted([family.name]);
        let [left, right] = [left, right].map(|format| page(&only, format));
        let (mut left, mut right) = (left.lines(), right.lines().filter(|line| *line != "# EOF"));
        loop {
            match (left.next(), right.next()) {
                (None, None) => break,
                (left, right) => rows.push([left, right].map(|line| line.unwrap_or_default().to_owned())),
            }
        }
        rows.push(Default::default());
    }
    let width = rows.iter().map(|[left, _]| left.chars().count()).max().unwrap_or_default();
    let line = |[left, right]: &[String; 2]| format!("{left:width$} | {right}").trim_end().to_owned() + "\n";
    rows.iter().map(line).collect()
}

fn page(registry: &Registry, format: &Format) -> String {
    String::from_utf8(format.generate_latest(registry)).expect("text formats are UTF-8")
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", side_by_side(&registry()?, &text::FORMAT, &openmetrics::FORMAT));
    Ok(())
}
