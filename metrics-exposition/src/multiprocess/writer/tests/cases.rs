use super::read::{File, files};
use super::run;
use crate::multiprocess::record::{Mode, Number};
use crate::multiprocess::{InitError, init};
use metrics_core::model::{GaugeMode, Kind, Unit};
use metrics_core::private::multiprocess::NativeLabel;
use metrics_core::registry::Definition;
use metrics_core::{
    Counter, Family, Gauge, GaugeHistogram, Histogram, Info, LabelSet, LabelValue, Metrics, NativeOptions, Registry,
    StateSet, Summary,
};
use std::path::Path;
use std::sync::Arc;
use std::{fs, thread};

#[derive(Clone, Copy, LabelValue)]
enum State {
    Off,
    On,
}

#[derive(LabelSet)]
struct Task<'a> {
    task: &'a str,
}

#[derive(LabelSet)]
struct Switch {
    state: State,
}

#[derive(Metrics)]
#[metrics(group)]
struct Pool {
    /// Connections that are open.
    #[metric(multiprocess = "livesum")]
    open: Gauge<i64>,
    /// Connections made.
    made: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "shop", const_labels(store = "main"))]
struct Shop {
    /// Orders that were paid.
    paid: Counter,
    /// What was paid.
    #[metric(unit = "euros")]
    revenue: Counter<f64>,
    /// Tasks done.
    tasks: Family<Task<'static>, Counter>,
    /// Switches thrown.
    thrown: Family<Switch, Counter>,
    /// Heat.
    #[metric(unit = Celsius, multiprocess = "mostrecent")]
    heat: Gauge,
    /// Seen last.
    seen: Gauge,
    /// Time to answer.
    #[metric(unit = Seconds, buckets = [0.1, 1.0])]
    answer: Histogram,
    /// Sizes.
    #[metric(unit = Bytes, native)]
    size: Histogram,
    /// Weights.
    weight: Summary,
    /// The build.
    build: Info,
    /// The door.
    #[metric(multiprocess = "liveall")]
    door: StateSet<State>,
    /// Ages.
    #[metric(buckets = [10.0])]
    age: GaugeHistogram,
    #[metric(group, prefix = "db", const_labels(engine = "pg"))]
    pools: Family<Task<'static>, Pool>,
}

/// The one file in a directory.
fn only(directory: &Path) -> File {
    let mut files = files(directory);
    assert_eq!(files.len(), 1);
    files.pop_first().unwrap().1.1
}

pub(super) fn types(directory: &Path) {
    init(directory).unwrap();
    let shop = Shop::global();
    shop.paid.inc_by_with_exemplar(3, [("trace_id", "abc")]).unwrap();
    shop.revenue.inc_by(2.5);
    // Of several threads, each in an arena of its own.
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                shop.tasks.with(&Task { task: "wash" }).inc();
                shop.answer.observe(0.5);
                shop.weight.observe(2.0);
            });
        }
    });
    shop.tasks.with(&Task { task: "a \"b\"\\" }).inc_by(7);
    shop.thrown.with(&Switch { state: State::On }).inc();
    shop.heat.set(21.5);
    shop.seen.set(-1.0);
    shop.answer.observe_with_exemplar(7.0, [("trace_id", "slow")]).unwrap();
    for size in [-3.0, 0.0, 1.0, 1e9, f64::NAN] {
        shop.size.observe(size);
    }
    (0..200).for_each(|n| shop.size.observe(1.07f64.powi(n)));
    shop.size.observe_with_exemplar(4.0, [("trace_id", "native")]).unwrap();
    shop.build.set([("version", "1.2")]).unwrap();
    shop.build.set([("version", "1.3")]).unwrap();
    shop.door.set(State::On);
    shop.age.inc(3.0);
    shop.age.inc(30.0);
    let pool = shop.pools.with(&Task { task: "read" });
    pool.open.set(-4);
    pool.made.inc();
}

#[test]
fn every_type_is_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    run("types", directory.path());
    let file = only(directory.path());
    let series = |name: &str| {
        file.series.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", file.series.keys().collect::<Vec<_>>()))
    };
    let store = |name: &str, own: &str| format!("shop_{name}{{store=\"main\"{own}}}");
    let paid = series(&store("paid", ""));
    assert_eq!((paid.kind, paid.number, &*paid.cells), (Kind::Counter, Number::U64, &[3][..]));
    assert_eq!((&*paid.help, &*paid.unit), ("Orders that were paid.", ""));
    assert!(paid.created >= file.header.started - 1_000_000_000, "it was made just now");
    assert_eq!(&paid.texts[&0][..8], 3f64.to_le_bytes());
    assert_eq!(&paid.texts[&0][16..], b"trace_id=\"abc\"");
    let revenue = series(&store("revenue_euros", ""));
    assert_eq!((revenue.number, f64::from_bits(revenue.cells[0]), &*revenue.unit), (Number::F64, 2.5, "euros"));
    assert_eq!(series(&store("tasks", ",task=\"wash\"")).cells, [3]);
    assert_eq!(series(&store("tasks", ",task=\"a \\\"b\\\"\\\\\"")).cells, [7]);
    assert_eq!(series(&store("thrown", ",state=\"on\"")).cells, [1]);
    let heat = series(&store("heat_celsius", ""));
    assert_eq!((heat.mode, f64::from_bits(heat.cells[0])), (Mode::MostRecent, 21.5));
    assert!(heat.time >= file.header.started, "{} {}", heat.time, file.header.started);
    let seen = series(&store("seen", ""));
    assert_eq!((seen.mode, f64::from_bits(seen.cells[0]), seen.time), (Mode::All, -1.0, 0));
    let answer = series(&store("answer_seconds", ""));
    assert_eq!((&*answer.bounds, &answer.cells[2..]), (&[0.1, 1.0][..], &[0, 3, 1][..]));
    assert_eq!(f64::from_bits(answer.cells[1]), 8.5);
    assert_eq!(answer.texts.keys().copied().collect::<Vec<_>>(), [2]);
    let weight = series(&store("weight", ""));
    assert_eq!((weight.kind, f64::from_bits(weight.cells[1]), &weight.cells[2..]), (Kind::Summary, 6.0, &[3][..]));
    assert_eq!(series(&store("build", "")).texts[&0], b"version=\"1.3\"");
    let door = series(&store("door", ""));
    assert_eq!((door.mode, &*door.cells, &*door.states), (Mode::LiveAll, &[1][..], &["off".into(), "on".into()][..]));
    let age = series(&store("age", ""));
    assert_eq!((f64::from_bits(age.cells[0]), &age.cells[1..], &*age.bounds), (33.0, &[1, 1][..], &[10.0][..]));
    let open = series("shop_db_open{store=\"main\",engine=\"pg\",task=\"read\"}");
    assert_eq!((open.mode, open.number, open.cells[0].cast_signed()), (Mode::LiveSum, Number::I64, -4));
    assert_eq!(series("shop_db_made{store=\"main\",engine=\"pg\",task=\"read\"}").cells, [1]);

    let size = series(&store("size_bytes", ""));
    assert_eq!(size.native.iter().map(|(_, count)| count).sum::<u64>(), 206);
    let of = |label| size.native.iter().filter(|(of, _)| *of == label).map(|(_, count)| count).sum::<u64>();
    assert_eq!((of(NativeLabel::NotANumber), of(NativeLabel::Zero)), (1, 1));
    assert_eq!(size.native.iter().filter(|(label, _)| matches!(label, NativeLabel::Negative(_))).count(), 1);
    assert!(size.texts.values().any(|text| text.ends_with(b"trace_id=\"native\"")), "{:?}", size.texts);
}

pub(super) fn removal(directory: &Path) {
    init(directory).unwrap();
    let shop = Shop::global();
    for task in ["a", "b", "c"] {
        shop.tasks.with(&Task { task }).inc_by(5);
    }
    shop.tasks.remove(&Task { task: "a" });
    shop.tasks.remove(&Task { task: "b" });
    shop.tasks.with(&Task { task: "b" }).inc();
    shop.thrown.with(&Switch { state: State::On }).inc_by(9);
    shop.thrown.with(&Switch { state: State::Off }).inc_by(9);
    shop.thrown.clear();
    shop.thrown.with(&Switch { state: State::On }).inc_by(2);
    shop.pools.with(&Task { task: "gone" }).made.inc();
    shop.pools.clear();
    // Cells of removed series are used again.
    (0..1_000).for_each(|n| {
        let task = n.to_string();
        shop.tasks.with(&Task { task: &task }).inc_by(n);
        shop.tasks.remove(&Task { task: &task });
    });
}

#[test]
fn what_is_removed_is_gone_and_begins_at_zero() {
    let directory = tempfile::tempdir().unwrap();
    run("removal", directory.path());
    let mut file = only(directory.path());
    file.series
        .retain(|name, _| name.starts_with("shop_ta") || name.starts_with("shop_th") || name.starts_with("shop_db"));
    let found: Vec<_> = file.series.iter().map(|(name, series)| (&**name, series.cells[0])).collect();
    assert_eq!(
        found,
        [
            ("shop_tasks{store=\"main\",task=\"b\"}", 1),
            ("shop_tasks{store=\"main\",task=\"c\"}", 5),
            ("shop_thrown{store=\"main\",state=\"on\"}", 2),
        ]
    );
}

pub(super) fn restart(directory: &Path) {
    init(directory).unwrap();
    let shop = Shop::global();
    shop.paid.inc_by_with_exemplar(3, [("trace_id", "abc")]).unwrap();
    shop.paid.reset();
    shop.paid.inc();
    shop.revenue.inc_by(2.5);
    shop.revenue.reset();
    shop.revenue.inc_by(0.5);
}

#[test]
fn a_counter_that_is_reset_begins_at_zero() {
    let directory = tempfile::tempdir().unwrap();
    run("restart", directory.path());
    let file = only(directory.path());
    let paid = &file.series["shop_paid{store=\"main\"}"];
    assert_eq!((&*paid.cells, paid.texts.len()), (&[1][..], 0));
    assert_eq!(f64::from_bits(file.series["shop_revenue_euros{store=\"main\"}"].cells[0]), 0.5);
}

pub(super) fn churn(directory: &Path) {
    init(directory).unwrap();
    let tasks = &Shop::global().tasks;
    tasks.with(&Task { task: "stays" }).inc_by(11);
    Shop::global().size.observe(3.0);
    Shop::global().build.set([("version", "1")]).unwrap();
    let counts = |n: u64| tasks.with(&Task { task: &n.to_string() }).inc();
    thread::scope(|scope| {
        for first in [0, 100_000] {
            scope.spawn(move || {
                for n in first..first + 20_000 {
                    counts(n);
                    tasks.remove(&Task { task: &n.to_string() });
                }
            });
        }
    });
    tasks.with(&Task { task: "last" }).inc_by(12);
}

#[test]
fn a_log_that_is_mostly_dead_is_written_anew() {
    let directory = tempfile::tempdir().unwrap();
    run("churn", directory.path());
    let path = files(directory.path()).pop_first().unwrap().1.0;
    let file = only(directory.path());
    assert_eq!(file.series["shop_tasks{store=\"main\",task=\"stays\"}"].cells, [11]);
    assert_eq!(file.series["shop_tasks{store=\"main\",task=\"last\"}"].cells, [12]);
    assert_eq!(file.series["shop_size_bytes{store=\"main\"}"].native.len(), 1);
    assert_eq!(file.series["shop_build{store=\"main\"}"].texts.len(), 1);
    assert!(file.log < 200 << 10, "40,000 series would be three megabytes; it is {}", file.log);
    let len = fs::metadata(path).unwrap().len();
    assert!(len < 2 << 20, "{len}");
}

pub(super) fn by_hand(directory: &Path) {
    init(directory).unwrap();
    let registry = Registry::global();
    let counter = Arc::new(Counter::new());
    counter.inc_by(4);
    let family = Arc::new(Family::<Task<'static>, Gauge>::new());
    family.with(&Task { task: "before" }).set(1.0);
    let definition = Definition { unit: Some(Unit::Bytes), ..Definition::new("read", "Bytes read.") };
    registry.register(definition, Arc::clone(&counter)).unwrap();
    let definition = Definition { multiprocess: GaugeMode::Max, ..Definition::new("length", "Length.") };
    let length = registry.register(definition, Arc::clone(&family)).unwrap();
    family.with(&Task { task: "behind" }).set(2.0);
    let other = Definition::new("other", "Other.");
    let other = registry.register(other, Arc::new(Histogram::native(NativeOptions::DEFAULT))).unwrap();
    registry.unregister(other);
    // In a registry of its own, nobody but that shows it.
    Registry::new().register(Definition::new("hidden", "Hidden."), Arc::new(Counter::new())).unwrap();
    let again = Arc::new(Gauge::new());
    registry.register(Definition::new("again", "Again."), Arc::clone(&again)).unwrap();
    again.set(6.0);
    let _ = length;
}

#[test]
fn what_is_registered_by_hand_gets_its_name_then() {
    let directory = tempfile::tempdir().unwrap();
    run("by_hand", directory.path());
    let file = only(directory.path());
    assert_eq!(file.series["read_bytes{}"].cells, [4]);
    assert_eq!(file.series["read_bytes{}"].unit, "bytes");
    for (task, value) in [("before", 1.0), ("behind", 2.0)] {
        let series = &file.series[&format!("length{{task=\"{task}\"}}")];
        assert_eq!((series.mode, f64::from_bits(series.cells[0])), (Mode::Max, value));
    }
    assert_eq!(f64::from_bits(file.series["again{}"].cells[0]), 6.0);
    assert!(!file.series.keys().any(|name| name.starts_with("other") || name.starts_with("hidden")));
}

pub(super) fn late(directory: &Path) {
    let refused = init(directory.join("missing")).unwrap_err();
    assert!(refused.to_string().contains("missing: No such file"), "{refused}");
    // Nobody may make files there.
    let refused = init("/proc").unwrap_err();
    assert!(refused.to_string().starts_with("cannot make a file for this process's metrics in /proc: "), "{refused}");
    Shop::global().paid.inc();
    let refused = init(directory).unwrap_err();
    let InitError::TooLate { metrics } = &refused else { panic!("{refused}") };
    assert!(metrics.contains(&"shop_paid".to_owned()), "{metrics:?}");
    assert!(refused.to_string().contains("shop_paid, shop_revenue_euros"), "{refused}");
    assert_eq!(Shop::global().paid.get(), 1);
    assert_eq!(fs::read_dir(directory).unwrap().count(), 0, "no file is left");
}

#[test]
fn too_late_and_nowhere_are_errors() {
    run("late", tempfile::tempdir().unwrap().path());
}

pub(super) fn full(directory: &Path) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    init(directory).unwrap();
    setrlimit(Resource::Fsize, Rlimit { current: Some(256 << 10), maximum: Some(256 << 10) }).unwrap();
    let shop = Shop::global();
    shop.paid.inc_by(2);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..4_000 {
                    shop.tasks.with(&Task { task: &n.to_string() }).inc();
                }
                shop.paid.inc();
                shop.build.set([("version", "x".repeat(300_000))]).unwrap();
            });
        }
    });
    shop.heat.set(3.0);
    for n in 0..4_000 {
        assert_eq!(shop.tasks.with(&Task { task: &n.to_string() }).get(), 8);
    }
    assert_eq!(shop.paid.get(), 10);
}

#[test]
fn without_room_it_goes_on_and_says_so_once() {
    let directory = tempfile::tempdir().unwrap();
    let output = run("full", directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr.matches("cannot grow: it may not be larger").count(), 1, "{stderr}");
    let file = only(directory.path());
    assert!(file.series["metrics_multiprocess_losses{}"].cells[0] > 0);
    let paid = file.series["shop_paid{store=\"main\"}"].cells[0];
    assert!((2..=10).contains(&paid), "what had room is there: {paid}");
    let (path, _) = files(directory.path()).pop_first().unwrap().1;
    assert!(fs::metadata(path).unwrap().len() <= 256 << 10);
}

pub(super) fn gone(directory: &Path) {
    init(directory).unwrap();
    let shop = Shop::global();
    shop.paid.inc();
    fs::remove_dir_all(directory).unwrap();
    fs::create_dir(directory).unwrap();
    thread::sleep(std::time::Duration::from_millis(1_100));
    shop.tasks.with(&Task { task: "a" }).inc();
    shop.tasks.with(&Task { task: "b" }).inc();
    assert_eq!(shop.tasks.with(&Task { task: "b" }).get(), 1);
    let page = String::from_utf8(crate::text::generate_latest(Registry::global())).unwrap();
    assert!(page.contains("metrics_multiprocess_losses_total 1"), "{page}");
}

#[test]
fn a_directory_that_is_removed_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let output = run("gone", directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr.matches("was removed: what it counts is missing").count(), 1, "{stderr}");
}
