//! Every type of instrument as a derived field, and in families, through both text formats.

mod links;

use links::{Breaker, Direction, EU, Peer, Side, US, lines, openmetrics, text};
use metrics_core::model::{FamilyFault, Unit};
use metrics_core::registry::Definition;
use metrics_core::testing::{sample_value, samples};
use metrics_core::{
    CallbackCounter, CallbackGauge, CallbackUnknown, Counter, Family, Gauge, GaugeHistogram, Info, Metrics,
    RegisterError, Registry, StateSet, Summary,
};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[derive(Metrics)]
#[metrics(prefix = "app", const_labels(zone = "1"))]
struct App {
    /// What runs.
    build_info: Info,
    /// Of each peer.
    #[metric(allow(label_in_name))]
    peer: Family<Peer<'static>, Info>,
    /// Calls to the bank.
    breaker: StateSet<Breaker>,
    /// Whether a peer leads.
    leader: Family<Peer<'static>, StateSet<bool>>,
    /// Time to answer.
    #[metric(unit = Seconds)]
    answer: Summary,
    /// Sizes.
    #[metric(unit = Bytes)]
    size: Family<Direction, Summary>,
    /// Ages of what waits.
    #[metric(buckets = [1.0, 60.0])]
    waiting: GaugeHistogram,
    /// Open files by size.
    #[metric(buckets = [10.0])]
    files: Family<Direction, GaugeHistogram>,
    /// What another program says.
    other: CallbackUnknown,
    /// What it says of each peer.
    others: Family<Peer<'static>, CallbackUnknown>,
    /// Never set.
    absent: Family<Peer<'static>, CallbackGauge>,
}

fn app() -> (Registry, Arc<App>) {
    let registry = Registry::new();
    let app = App::register_in(&registry).unwrap();
    app.build_info.set([("version", "1.2"), ("commit", "a\nb")]).unwrap();
    app.peer.with(&US).set([("city", "LA")]).unwrap();
    app.peer.with(&EU);
    app.breaker.set(Breaker::HalfOpen);
    app.breaker.set(Breaker::Closed);
    app.breaker.set(Breaker::Open);
    app.leader.with(&EU).set(true);
    app.answer.observe(0.5);
    app.answer.observe_duration(Duration::from_secs(1));
    app.size.with(&Direction { side: Side::Out }).observe(7.0);
    app.waiting.inc(0.5);
    app.waiting.add(100.0, 3);
    app.waiting.dec(100.0);
    app.files.with(&Direction { side: Side::In }).inc(10.0);
    app.other.set_function(|| -0.5);
    app.others.with(&US).set_function(|| 3u64);
    app.absent.with(&EU);
    (registry, app)
}

#[test]
fn every_type_in_openmetrics() {
    let (registry, _app) = app();
    let page = openmetrics(&registry);
    let page: String = page.lines().filter(|line| !line.contains("_created")).flat_map(|line| [line, "\n"]).collect();
    let expected = r#"# TYPE app_answer_seconds summary
# UNIT app_answer_seconds seconds
# HELP app_answer_seconds Time to answer.
app_answer_seconds_sum{zone="1"} 1.5
app_answer_seconds_count{zone="1"} 2
# TYPE app_breaker stateset
# HELP app_breaker Calls to the bank.
app_breaker{zone="1",app_breaker="closed"} 0
app_breaker{zone="1",app_breaker="open"} 1
app_breaker{zone="1",app_breaker="half_open"} 0
# TYPE app_build info
# HELP app_build What runs.
app_build_info{zone="1",version="1.2",commit="a\nb"} 1
# TYPE app_files gaugehistogram
# HELP app_files Open files by size.
app_files_bucket{zone="1",side="in",le="10.0"} 1
app_files_bucket{zone="1",side="in",le="+Inf"} 1
app_files_gsum{zone="1",side="in"} 10
app_files_gcount{zone="1",side="in"} 1
# TYPE app_leader stateset
# HELP app_leader Whether a peer leads.
app_leader{zone="1",peer="eu",app_leader="false"} 0
app_leader{zone="1",peer="eu",app_leader="true"} 1
# TYPE app_other unknown
# HELP app_other What another program says.
app_other{zone="1"} -0.5
# TYPE app_others unknown
# HELP app_others What it says of each peer.
app_others{zone="1",peer="u\"s"} 3
# TYPE app_peer info
# HELP app_peer Of each peer.
app_peer_info{zone="1",peer="u\"s",city="LA"} 1
# TYPE app_size_bytes summary
# UNIT app_size_bytes bytes
# HELP app_size_bytes Sizes.
app_size_bytes_sum{zone="1",side="out"} 7
app_size_bytes_count{zone="1",side="out"} 1
# TYPE app_waiting gaugehistogram
# HELP app_waiting Ages of what waits.
app_waiting_bucket{zone="1",le="1.0"} 1
app_waiting_bucket{zone="1",le="60.0"} 1
app_waiting_bucket{zone="1",le="+Inf"} 3
app_waiting_gsum{zone="1"} 200.5
app_waiting_gcount{zone="1"} 3
# EOF
"#;
    assert_eq!(page, expected);
}

#[test]
fn every_type_in_text() {
    let (registry, _app) = app();
    let page = text(&registry);
    let expected = [
        r#"app_answer_seconds_sum{zone="1"} 1.5"#,
        r#"app_answer_seconds_count{zone="1"} 2"#,
        r#"app_breaker{zone="1",app_breaker="closed"} 0"#,
        r#"app_breaker{zone="1",app_breaker="open"} 1"#,
        r#"app_breaker{zone="1",app_breaker="half_open"} 0"#,
        r#"app_build_info{zone="1",version="1.2",commit="a\nb"} 1"#,
        r#"app_files_bucket{zone="1",side="in",le="10.0"} 1"#,
        r#"app_files_bucket{zone="1",side="in",le="+Inf"} 1"#,
        r#"app_files_gsum{zone="1",side="in"} 10"#,
        r#"app_files_gcount{zone="1",side="in"} 1"#,
        r#"app_leader{zone="1",peer="eu",app_leader="false"} 0"#,
        r#"app_leader{zone="1",peer="eu",app_leader="true"} 1"#,
        r#"app_other{zone="1"} -0.5"#,
        r#"app_others{zone="1",peer="u\"s"} 3"#,
        r#"app_peer_info{zone="1",peer="u\"s",city="LA"} 1"#,
        r#"app_size_bytes_sum{zone="1",side="out"} 7"#,
        r#"app_size_bytes_count{zone="1",side="out"} 1"#,
        r#"app_waiting_bucket{zone="1",le="1.0"} 1"#,
        r#"app_waiting_bucket{zone="1",le="60.0"} 1"#,
        r#"app_waiting_bucket{zone="1",le="+Inf"} 3"#,
        r#"app_waiting_gsum{zone="1"} 200.5"#,
        r#"app_waiting_gcount{zone="1"} 3"#,
    ];
    assert_eq!(lines(&page), expected);
    assert!(page.contains("# TYPE app_breaker gauge\n") && page.contains("# TYPE app_build_info gauge\n"));
}

#[test]
fn an_info_has_no_label_twice() {
    let (registry, app) = app();
    let eu = app.peer.with(&EU);
    let fault = |label: &str| FamilyFault::InfoLabel { label: label.to_owned() };
    assert_eq!(eu.set([("city", "X"), ("peer", "eu")]), Err(fault("peer")));
    let twice = eu.set([("a", "1"), ("b", "2"), ("a", "3")]).unwrap_err();
    assert_eq!(twice, FamilyFault::DuplicateLabel { label: "a".to_owned() });
    let reserved = eu.set([("__x", "1")]).unwrap_err().to_string();
    assert!(reserved.contains("label `__x`"), "{reserved}");
    assert_eq!(sample_value(&registry, "app_peer_info", &[("zone", "1"), ("peer", "eu")]), None, "nothing was set");

    // What only the page knows.
    eu.set([("zone", "mine"), ("city", "X")]).unwrap();
    let labels = [("zone", "1"), ("peer", "eu"), ("city", "X")];
    assert_eq!(sample_value(&registry, "app_peer_info", &labels), Some(1.0));
    app.build_info.clear();
    assert!(!text(&registry).contains("app_build_info{"));
}

#[test]
fn an_info_knows_the_constant_labels_of_its_field() {
    #[derive(Metrics)]
    struct Disk {
        /// A disk.
        #[metric(const_labels(bus = "nvme"))]
        disk: Info,
    }
    let disk = Disk::new();
    assert_eq!(disk.disk.set([("bus", "x")]), Err(FamilyFault::InfoLabel { label: "bus".to_owned() }));
}

#[test]
fn names_and_units_of_what_is_registered_at_run_time() {
    let registry = Registry::new();
    let info = Arc::new(Info::new());
    let with_unit = Definition { unit: Some(Unit::Seconds), ..Definition::new("build", "What runs.") };
    let refused = registry.register(with_unit, info.clone()).unwrap_err().to_string();
    assert!(refused.contains("an info and a state set have no unit"), "{refused}");
    registry.register(Definition::new("build_info", "What runs."), info.clone()).unwrap();
    info.set([("version", "2")]).unwrap();
    assert_eq!(lines(&text(&registry)), [r#"build_info{version="2"} 1"#]);

    let states = Definition { const_labels: vec![("door".into(), "x".into())], ..Definition::new("door", "Open.") };
    let refused = registry.register(states, Arc::new(StateSet::<bool>::new())).unwrap_err();
    assert!(matches!(refused, RegisterError::Broken { .. }), "{refused}");
    let clash = registry.register(Definition::new("build_info", "Else."), Arc::new(Gauge::new())).unwrap_err();
    assert!(matches!(clash, RegisterError::Clash { .. }), "{clash}");
}

#[test]
fn all_scalars_of_dense_families_begin_anew() {
    let (registry, app) = app();
    let inside = Direction { side: Side::In };
    app.files.remove(&inside);
    assert_eq!((app.files.with(&inside).count(), app.files.with(&inside).sum()), (0, 0.0));

    let callbacks = Family::<Direction, CallbackCounter>::new();
    let states = Family::<Direction, StateSet<Breaker>>::new();
    let infos = Family::<Direction, Info>::new();
    let (callbacks, states, infos) = (Arc::new(callbacks), Arc::new(states), Arc::new(infos));
    registry.register(Definition::new("calls", "Calls."), callbacks.clone()).unwrap();
    registry.register(Definition::new("states", "States."), states.clone()).unwrap();
    registry.register(Definition::new("infos", "Infos."), infos.clone()).unwrap();
    callbacks.with(&inside).set_function(|| 7u64);
    states.with(&inside).set(Breaker::Open);
    infos.with(&inside).set([("a", "b")]).unwrap();
    assert_eq!(sample_value(&registry, "calls_total", &[("side", "in")]), Some(7.0));
    for _ in 0..2 {
        callbacks.clear();
        states.clear();
        infos.clear();
        callbacks.with(&inside);
        infos.with(&inside);
        assert_eq!(states.with(&inside).state(), "closed");
        assert_eq!(sample_value(&registry, "calls_total", &[("side", "in")]), None);
        assert_eq!(sample_value(&registry, "infos_info", &[("side", "in"), ("a", "b")]), None);
    }
    callbacks.with(&inside).set_function(|| 8u64);
    assert_eq!(sample_value(&registry, "calls_total", &[("side", "in")]), Some(8.0));
}

#[test]
fn count_and_sum_of_a_summary_belong_together() {
    let registry = Registry::new();
    let summary = Arc::new(Summary::new());
    registry.register(Definition::new("x", "X."), summary.clone()).unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..50_000).for_each(|_| summary.observe(2.0)));
        }
        for _ in 0..200 {
            let page = samples(&registry);
            let value = |name: &str| page.iter().find(|sample| sample.name == name).unwrap().value.as_f64();
            assert_eq!(value("x_sum"), 2.0 * value("x_count"));
        }
    });
    assert_eq!((summary.count(), summary.sum()), (150_000, 300_000.0));
    summary.observe(f64::NAN);
    assert!(summary.sum().is_nan() && summary.count() == 150_001);
}

#[test]
fn a_timer_of_a_summary_observes_once() {
    let family = Family::<Peer<'static>, Summary>::new();
    let timer = family.with(&EU).start_timer();
    thread::spawn(move || drop(timer)).join().unwrap();
    family.with(&EU).start_timer().discard();
    assert!(family.with(&EU).start_timer().observe() < Duration::from_secs(60));
    assert_eq!(family.with(&EU).count(), 2);
}

#[test]
fn gauge_histograms_move_without_loss() {
    let waiting = GaugeHistogram::new(&[1.0, 2.0]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10_000 {
                    waiting.inc(0.5);
                    waiting.inc(1.5);
                    waiting.dec(0.5);
                }
            });
        }
        scope.spawn(|| (0..1_000).for_each(|_| assert!(waiting.count() < 100_000, "none wraps around")));
    });
    assert_eq!(waiting.counts(), [0, 40_000, 0]);
    assert_eq!(waiting.sum(), 60_000.0);
    waiting.add(10.0, -5);
    assert_eq!((waiting.counts(), waiting.sum()), (vec![0, 40_000, 0], 59_950.0));
}

#[test]
fn a_reset_is_a_new_life() {
    let registry = Registry::new();
    let counter = Arc::new(Counter::<f64>::default());
    registry.register(Definition::new("rows", "Rows."), counter.clone()).unwrap();
    counter.inc_by(2.5);
    let before = counter.created();
    thread::sleep(Duration::from_millis(2));
    counter.reset();
    assert!(counter.created() > before);
    counter.inc_by(0.25);
    assert_eq!(sample_value(&registry, "rows_total", &[]), Some(0.25));

    let counter = Counter::new();
    thread::scope(|scope| {
        scope.spawn(|| (0..10_000).for_each(|_| counter.inc()));
        scope.spawn(|| (0..100).for_each(|_| counter.reset()));
        (0..1_000).for_each(|_| assert!(counter.get() <= 10_000, "no reader sees less than nothing"));
    });
    counter.reset();
    assert_eq!(counter.get(), 0);
}

#[derive(Metrics)]
struct Slow {
    /// Time to answer.
    #[metric(unit = Seconds, quantiles = [0.0, 0.5, 1.0])]
    answer: Family<Direction, Summary>,
}

#[test]
fn quantiles_of_a_summary() {
    let registry = Registry::new();
    let slow = Slow::register_in(&registry).unwrap();
    let (inside, outside) = (Direction { side: Side::In }, Direction { side: Side::Out });
    (1..=1_000).for_each(|n| slow.answer.with(&inside).observe(f64::from(n)));
    slow.answer.with(&outside).observe(f64::NAN);
    let page = openmetrics(&registry);
    let page = lines(&page);
    assert_eq!(page.len(), 9, "a sum that is NaN is none: {page:?}");
    for (line, quantile, value) in [(0, "0.0", 1.0), (1, "0.5", 500.0), (2, "1.0", 1_000.0)] {
        let start = format!(r#"answer_seconds{{side="in",quantile="{quantile}"}} "#);
        let found: f64 = page[line].strip_prefix(&start).unwrap_or_else(|| panic!("{page:?}")).parse().unwrap();
        assert!((found - value).abs() <= 0.02 * value, "{found} for {value}");
    }
    assert_eq!(page[3..5], [r#"answer_seconds_sum{side="in"} 500500"#, r#"answer_seconds_count{side="in"} 1000"#]);
    assert_eq!(page[6], r#"answer_seconds{side="out",quantile="0.5"} NaN"#, "it is at no place among other values");
    assert_eq!(page[8], r#"answer_seconds_count{side="out"} 1"#);

    slow.answer.remove(&inside);
    assert!(slow.answer.with(&inside).quantiles().iter().all(|(_, value)| value.is_nan()));
    assert_eq!(Summary::new().quantiles(), []);
}
