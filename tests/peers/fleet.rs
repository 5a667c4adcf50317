//! A process beside those of `fleet_worker.py`, in families that these have, too: `fleet NUMBER`, with the folder in
//! `PROMETHEUS_MULTIPROC_DIR`. Says its number when it has counted, and waits for the end of its input.

use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Metrics, Summary};
use std::io::{self, Read};

#[derive(LabelSet)]
struct Odd<'a> {
    zeta: &'a str,
    alpha: &'a str,
}

#[derive(LabelSet)]
struct Queue<'a> {
    queue: &'a str,
}

#[derive(LabelSet)]
struct Route<'a> {
    route: &'a str,
}

#[derive(LabelSet)]
struct Kind<'a> {
    kind: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "fleet")]
struct Fleet {
    /// Jobs done.
    jobs: Counter<f64>,
    /// Odd ones.
    odd: Family<Odd<'static>, Counter>,
    /// Time in the queue.
    #[metric(unit = Seconds, buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0])]
    wait: Family<Queue<'static>, Histogram>,
    /// Time to answer.
    #[metric(unit = Seconds)]
    answer: Family<Route<'static>, Summary>,
    /// A level, all.
    #[metric(multiprocess = "all")]
    all_level: Family<Kind<'static>, Gauge>,
    /// A level, min.
    #[metric(multiprocess = "min")]
    min_level: Family<Kind<'static>, Gauge>,
    /// A level, livemax.
    #[metric(multiprocess = "livemax")]
    livemax_level: Family<Kind<'static>, Gauge>,
    /// A level, livesum.
    #[metric(multiprocess = "livesum")]
    livesum_level: Family<Kind<'static>, Gauge>,
    /// A level, mostrecent.
    #[metric(multiprocess = "mostrecent")]
    mostrecent_level: Family<Kind<'static>, Gauge>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    metrics_exposition::multiprocess::init_from_env()?;
    let number: u32 = std::env::args().nth(1).ok_or("no number")?.parse()?;
    let fleet = Fleet::global();
    fleet.jobs.inc_by(f64::from(number) / 8.0);
    fleet.odd.with(&Odd { zeta: "\u{1f600}", alpha: "new\nline" }).inc_by(number.into());
    for _ in 0..number {
        fleet.wait.with(&Queue { queue: "été" }).observe(2.5);
        fleet.answer.with(&Route { route: "quo\"te" }).observe(0.125);
    }
    let kind = Kind { kind: "três" };
    for family in [&fleet.all_level, &fleet.min_level, &fleet.livemax_level, &fleet.livesum_level] {
        family.with(&kind).set(f64::from(number) * 1_000.0);
    }
    fleet.mostrecent_level.with(&kind).set(f64::from(number));
    println!("{number}");
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
