//! Series that come and go.

use super::{Path, Random, check, load, path, points, with_scraper};
use crate::metric::{Counter, Family, Gauge, Histogram};
use crate::model::{Number, Point, Timestamp};
use crate::{LabelSet, LabelValue};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::time::Duration;

/// Series k only gets multiples of its own prime, so that a write into another series shows.
#[test]
fn no_write_lands_in_another_series() {
    let primes: Vec<u64> = (10_007u64..).filter(|n| (2..200).all(|d| n % d != 0)).take(96).collect();
    let paths: Vec<String> = (0..96).map(path).collect();
    let set = |k: usize| Path { path: &paths[k], method: "get" };
    let family = Family::<Path<'static>, Counter>::new();
    let histograms = Family::<Path<'static>, Histogram>::with_buckets(&[1.0]);
    let gauges = Family::<Path<'static>, Gauge>::new();
    let n = load(40_000);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for remover in 0..2 {
            let (family, histograms, gauges, stop) = (&family, &histograms, &gauges, &stop);
            scope.spawn(move || {
                let mut random = Random(100 + remover);
                while !stop.load(Relaxed) {
                    let k = random.below(96);
                    match random.below(500) {
                        0 => family.clear(),
                        1 => family.retain(|labels| labels.own.len() % 2 == 0),
                        _ => drop(family.remove(&set(k))),
                    }
                    histograms.remove(&set(k));
                    gauges.remove(&set(k));
                }
            });
        }
        let scraper = (&family, &histograms, &gauges, &stop);
        let expected: HashMap<String, u64> =
            (0..96).map(|k| (format!("path=\"{}\",method=\"get\"", paths[k]), primes[k])).collect();
        scope.spawn(move || {
            let (family, histograms, gauges, stop) = scraper;
            while !stop.load(Relaxed) {
                check(family, |labels, value| assert_eq!(value as u64 % expected[labels], 0, "{labels}"));
                check(gauges, |labels, value| assert_eq!(value as u64 % expected[labels], 0, "{labels}"));
                check(histograms, |labels, value| assert_eq!(value as u64 % expected[labels], 0, "{labels}"));
            }
        });
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let (family, histograms, gauges, primes) = (&family, &histograms, &gauges, &primes);
                scope.spawn(move || {
                    let mut random = Random(writer);
                    let mut kept = Vec::new();
                    for i in 0..n {
                        let k = random.below(96);
                        let series = family.with(&set(k));
                        match i % 64 {
                            0 => {
                                if kept.len() > 8 {
                                    kept.remove(random.below(8));
                                }
                                kept.push((k, series.handle()));
                            }
                            1 => {
                                // Two references at once, held over a pause, dropped in the order in which they were taken.
                                let other = random.below(96);
                                let second = family.with(&set(other));
                                std::thread::yield_now();
                                series.inc_by(primes[k]);
                                drop(series);
                                std::thread::yield_now();
                                second.inc_by(primes[other]);
                            }
                            _ => series.inc_by(primes[k]),
                        }
                        for (k, handle) in &kept {
                            handle.inc_by(primes[*k]);
                        }
                        histograms.with(&set(k)).observe(primes[k] as f64);
                        gauges.with(&set(k)).set(primes[k] as f64);
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        stop.store(true, Relaxed);
    });
}

#[test]
fn series_created_while_the_table_grows_lose_nothing() {
    let family = Family::<Path<'static>, Counter>::new().max_series(None);
    let n = load(20_000) as usize;
    let mut series = 0;
    with_scraper(
        4,
        |writer| {
            let mut random = Random(writer as u64);
            for i in 0..n {
                family.with(&Path { path: &path(random.below(1 + i)), method: "post" }).inc();
            }
        },
        || {
            let (mut now, mut total) = (0, 0.0);
            check(&family, |_, value| (now, total) = (now + 1, total + value));
            assert!(now >= series && total <= (4 * n) as f64);
            series = now;
        },
    );
    let mut total = 0.0;
    check(&family, |_, value| total += value);
    assert_eq!(total, (4 * n) as f64);
}

#[derive(Clone, Copy, LabelValue)]
enum Colour {
    Red,
    Green,
}

#[derive(LabelSet)]
struct Paint {
    colour: Colour,
    wet: bool,
}

/// Series that come and go while they are counted in: no count is lost, but for those of a life that ended.
#[test]
fn dense_series_come_and_go() {
    let family = Family::<Paint, Counter>::new();
    let histograms = Family::<Paint, Histogram>::with_buckets(&[1.0, 2.0]);
    let paint = |i: usize| Paint { colour: if i & 1 == 0 { Colour::Red } else { Colour::Green }, wet: i & 2 == 0 };
    let n = load(50_000);
    with_scraper(
        4,
        |writer| {
            for i in 0..n as usize {
                family.with(&paint(i)).inc();
                histograms.with(&paint(i)).observe(1.0);
                if writer == 0 && i % 64 == 0 {
                    family.remove(&paint(i / 64));
                    histograms.clear();
                }
            }
        },
        || {
            let mut total = 0.0;
            check(&family, |_, value| total += value);
            assert!(total <= (4 * n) as f64, "{total}: a baseline was taken twice, or not at all");
            // Sum and buckets of one moment, also where one life ends and another begins.
            check(&histograms, |_, sum| assert!((0.0..=(4 * n) as f64).contains(&sum), "{sum}"));
        },
    );
    family.clear();
    family.with(&paint(0)).inc_by(5);
    assert_eq!((family.with(&paint(0)).get(), family.len()), (5, 1));
}

/// One thread, all that a hashed family does with memory: tables grow and shrink, holes are filled, blocks come and go,
/// handles keep what was removed. Small enough for Miri.
#[test]
fn places_of_removed_series_are_used_again() {
    let family = Family::<Path<'static>, Counter>::new().max_series(Some(300));
    let n = if cfg!(miri) { 20 } else { 400 };
    let key = |i: usize| "x".repeat(1 + i % 40) + &path(i);
    for round in 1..4 {
        let handles: Vec<_> = (0..n)
            .map(|i| {
                let series = family.with(&Path { path: &key(i), method: "get" });
                series.inc_by(round);
                series.handle()
            })
            .collect();
        check(&family, |labels, value| assert!(value as u64 == round || labels.contains("__overflow__"), "{labels}"));
        for i in (0..n).filter(|i| i % 3 != 0) {
            family.remove(&Path { path: &key(i), method: "get" });
        }
        handles.iter().for_each(|handle| handle.inc_by(1_000));
        drop(handles);
        (0..3).for_each(|_| check(&family, |_, value| assert!(value > 1_000.0)));
        family.clear();
        check(&family, |labels, _| panic!("{labels} is still there"));
    }
    assert!(family.is_empty());
}

/// The created time and the value of each series.
fn lives(family: &Family<Path<'static>, Counter>) -> HashMap<String, (Timestamp, u64)> {
    let mut lives = HashMap::new();
    points(family, |labels, point| {
        let Point::Counter { value: Number::U64(value), created: Some(created), .. } = *point else {
            panic!("{point:?}")
        };
        assert!(lives.insert(labels.to_owned(), (created, value)).is_none(), "{labels} is there twice");
    });
    lives
}

/// Series end all the while, just when somebody counts in them, too: what a page does not show any more, and what it shows
/// now, is all that was counted.
#[test]
fn nothing_is_lost_when_idle_series_end() {
    let family = Family::<Path<'static>, Counter>::new().time_to_live(Some(Duration::from_micros(300)));
    let n = load(20_000);
    let (mut past, mut lives_ended, mut last) = (0, 0, HashMap::new());
    with_scraper(
        4,
        |writer| {
            let mut random = Random(writer as u64);
            for _ in 0..n {
                let path = path(random.below(8));
                let series = family.with(&Path { path: &path, method: "get" });
                if random.below(8) == 0 {
                    std::thread::sleep(Duration::from_micros(random.below(500) as u64));
                }
                series.inc();
            }
        },
        || {
            let now = lives(&family);
            for (labels, (created, value)) in std::mem::take(&mut last) {
                match now.get(&labels) {
                    Some((same, more)) if *same == created => assert!(*more >= value),
                    _ => (past, lives_ended) = (past + value, lives_ended + 1),
                }
            }
            last = now;
        },
    );
    // What came late is looked for when a scrape frees what has ended, and that waits for all pins: those of other tests,
    // too.
    let mut shown = 0;
    for _ in 0..if cfg!(miri) { 10 } else { 10_000 } {
        let now = lives(&family);
        for (labels, (created, value)) in std::mem::take(&mut last) {
            if now.get(&labels).is_none_or(|(same, _)| *same != created) {
                past += value;
            }
        }
        shown = now.values().map(|(_, value)| value).sum();
        if past + shown == 4 * n {
            break;
        }
        last = now;
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(past + shown, 4 * n);
    assert!(cfg!(miri) || lives_ended > 100, "{lives_ended}");
}
