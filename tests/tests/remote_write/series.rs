//! Where series begin and end, and what goes where.

use super::*;
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Gauge, LabelSet, model};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

#[derive(LabelSet)]
struct Job<'a> {
    queue: &'a str,
}

#[derive(Debug, Metrics)]
#[metrics(prefix = "app")]
struct App {
    /// Jobs done.
    #[metric(max_series = off)]
    jobs: Family<Job<'static>, Counter>,
    /// Jobs that wait.
    waiting: Gauge,
}

fn app() -> (Registry, Arc<App>) {
    let registry = Registry::new();
    let app = App::register_in(&registry).unwrap();
    (registry, app)
}

fn states(all: &[Series]) -> BTreeMap<&str, bool> {
    all.iter().map(|series| (&*series.labels, series.is_stale())).collect()
}

#[test]
fn a_series_that_is_removed_ends_once() {
    let receiver = Receiver::new(written);
    let (registry, app) = app();
    app.jobs.with(&Job { queue: "a" }).inc();
    app.jobs.with(&Job { queue: "b" }).inc();
    let mut remote = push_to(&receiver, &registry);
    let mut push = || {
        remote.push().unwrap();
        series(&receiver.take())
    };
    let (a, b) = (r#"app_jobs_total{queue="a"}"#, r#"app_jobs_total{queue="b"}"#);
    assert_eq!(states(&push()), [(a, false), (b, false), ("app_waiting", false)].into());
    app.jobs.remove(&Job { queue: "a" });
    let all = push();
    assert_eq!(states(&all), [(a, true), (b, false), ("app_waiting", false)].into());
    let ended = all.iter().find(|series| series.is_stale()).unwrap();
    assert_eq!((ended.created, ended.metadata.0), (0, 1));
    assert_eq!(states(&push()), [(b, false), ("app_waiting", false)].into());
    app.jobs.with(&Job { queue: "a" }).inc_by(5);
    let all = push();
    let again = all.iter().find(|series| series.labels == a).unwrap();
    assert_eq!(again.value(), 5.0);
}

#[test]
fn all_series_end_at_stop_if_that_is_wanted() {
    for ends in [true, false] {
        let receiver = Receiver::new(written);
        let (registry, app) = app();
        app.waiting.set(3.0);
        let remote = push_to(&receiver, &registry).interval(Duration::from_secs(3_600)).end_at_stop(ends);
        let pushing = remote.start().unwrap();
        app.waiting.set(4.0);
        pushing.stop().unwrap();
        let all = series(&receiver.take());
        let (ended, live): (Vec<_>, Vec<_>) = all.iter().partition(|series| series.is_stale());
        assert_eq!(ended.len(), usize::from(ends));
        assert_eq!(live.last().unwrap().value(), 4.0);
        assert!(ended.iter().all(|ended| ended.time() > live.last().unwrap().time()));
    }
}

#[tokio::test]
async fn a_program_with_tokio_waits_for_the_last_push_without_a_thread() {
    let receiver = Receiver::new(written);
    let (registry, app) = app();
    let remote = push_to(&receiver, &registry).interval(Duration::from_secs(3_600));
    let pushing = remote.start().unwrap();
    app.waiting.set(7.0);
    pushing.stop_async().await.unwrap();
    assert_eq!(series(&receiver.take()).last().unwrap().value(), 7.0);
}

#[test]
fn a_family_that_fails_ends_and_comes_back() {
    let receiver = Receiver::new(written);
    let (registry, app) = app();
    app.jobs.with(&Job { queue: "a" }).inc();
    let fails = Arc::new(AtomicBool::new(false));
    let of_callback = Arc::clone(&fails);
    let callback = move || if of_callback.load(Relaxed) { panic!("on purpose") } else { 1.0 };
    let gauge = metrics_core::CallbackGauge::new(callback);
    registry.register(Definition::new("odd", "Fails."), Arc::new(gauge)).unwrap();
    let mut remote = push_to(&receiver, &registry);
    let mut push = || {
        remote.push().unwrap();
        series(&receiver.take())
    };
    let state = |all: &[Series]| states(all).get("odd").copied();
    assert_eq!(state(&push()), Some(false));
    fails.store(true, Relaxed);
    let all = push();
    assert_eq!((state(&all), all.len()), (Some(true), 3), "and nothing else: {all:?}");
    assert_eq!(state(&push()), None);
    fails.store(false, Relaxed);
    assert_eq!(state(&push()), Some(false));
}

#[test]
fn a_family_that_changes_its_type_ends() {
    let receiver = Receiver::new(written);
    let registry = Registry::new();
    let define = || Definition::new("x", "X.");
    let gauge = registry.register(define(), Arc::new(Gauge::new())).unwrap();
    let mut remote = push_to(&receiver, &registry);
    remote.push().unwrap();
    receiver.take();
    registry.unregister(gauge);
    registry.register(define(), Arc::new(Counter::new())).unwrap();
    remote.push().unwrap();
    assert_eq!(states(&series(&receiver.take())), [("x", true), ("x_total", false)].into());
}

/// 1,000 series over 4 shards, while some end, some come, and the server fails now and then: each sample once, in the
/// order of its series' times, and each series by one connection at a time.
#[test]
fn shards_keep_the_order_of_each_series() {
    let (mut requests, is_well) = (0, Arc::new(AtomicBool::new(false)));
    let gets_well = Arc::clone(&is_well);
    let receiver = Receiver::new(move |request| {
        requests += 1;
        if requests % 7 == 0 && !is_well.load(Relaxed) { Answer::status(503) } else { written(request) }
    });
    let (registry, app) = app();
    let names: Vec<_> = (0..1_000).map(|n| format!("q{n}")).collect();
    let options = Options::new().timeout(Duration::from_secs(60));
    let mut remote = push_to(&receiver, &registry).options(options).shards(4).max_samples_per_request(40);
    let (mut seen, mut sent) = (HashMap::<String, Vec<(i64, u64)>>::new(), 0);
    let mut note = |received: &[Received]| {
        sent += received.len();
        // What failed was sent again, and not written.
        for request in received {
            for series in series(std::slice::from_ref(request)) {
                let sample = (series.time(), series.value().to_bits());
                let all = seen.entry(series.labels).or_default();
                if all.last() != Some(&sample) {
                    all.push(sample);
                }
            }
        }
    };
    for round in 0..6 {
        for name in &names[round * 100..] {
            app.jobs.with(&Job { queue: name }).inc();
        }
        if round > 0 {
            for name in &names[(round - 1) * 100..round * 100] {
                assert!(app.jobs.remove(&Job { queue: name }));
            }
        }
        let _ = remote.push();
        note(&receiver.take());
    }
    gets_well.store(true, Relaxed);
    remote.push().unwrap();
    note(&receiver.take());
    assert!(sent > 6 * 25, "{sent} requests of 40 samples");
    assert_eq!(seen.len(), 1_001);
    for (labels, samples) in &seen {
        assert!(samples.is_sorted_by(|(a, _), (b, _)| a < b), "{labels}: {samples:?}");
        let stale = samples.iter().filter(|(_, bits)| *bits == messages::STALE).count();
        let number = labels.strip_prefix(r#"app_jobs_total{queue="q"#).map(|rest| rest.trim_end_matches(['"', '}']));
        let round = number.map_or(9, |number| number.parse::<usize>().unwrap() / 100);
        assert_eq!(stale, usize::from(round < 5), "{labels}: {samples:?}");
    }
    let rounds: BTreeSet<_> = seen.values().map(Vec::len).collect();
    assert!(rounds.iter().all(|len| (2..=10).contains(len)), "{rounds:?}");
}

/// No text of labels goes wrong on its way, and what is one series there is one here.
#[test]
fn any_labels() {
    use proptest::prelude::*;
    let texts = || prop::collection::vec("\\PC{0,4}|[\\\\\"\n,=a]{0,4}", 1..8);
    let receiver = Receiver::new(written);
    proptest!(ProptestConfig::with_cases(64), |(values in texts(), external in "\\PC{0,5}")| {
        let mut family = model::GaugeMetricFamily::new("g", "", ["a", "b"]).unwrap();
        let mut expected = BTreeSet::new();
        for (n, value) in values.iter().enumerate() {
            let (own, other) = (value.as_str(), values[n / 2].as_str());
            if family.add_metric([own, other], 1.0).is_ok() {
                let job = ("job", external.as_str());
                let labels = [("a", own), ("b", other), job].into_iter().filter(|(_, text)| !text.is_empty());
                let labels: Vec<_> = labels.map(|(name, text)| format!("{name}={text:?}")).collect();
                expected.insert(if labels.is_empty() { "g".to_owned() } else { format!("g{{{}}}", labels.join(",")) });
            }
        }
        let (registry, _) = changing(vec![family.into()]);
        let mut remote = push_to(&receiver, &registry).external_label("job", &external).unwrap();
        remote.push().unwrap();
        let all = series(&receiver.take());
        prop_assert_eq!(all.len(), expected.len());
        prop_assert_eq!(all.into_iter().map(|series| series.labels).collect::<BTreeSet<_>>(), expected);
    });
}
