//! Custom collectors: what they give, what they may do wrong, and registries that hold them.

use metrics_core::collector::{Deadline, Latest};
use metrics_core::model::{
    CounterMetricFamily, Desc, GaugeMetricFamily, InfoMetricFamily, Kind, MetricFamily, StateSetMetricFamily,
};
use metrics_core::name::Validation;
use metrics_core::registry::Definition;
use metrics_core::testing::samples;
use metrics_core::{Collector, Counter, Gauge, RegisterError, Registry};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

fn gauge(name: &str, value: u64) -> MetricFamily {
    GaugeMetricFamily::single(name, "Help.", value).unwrap().into()
}

fn text(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::text::generate_latest(registry)).unwrap()
}

fn names(registry: &Registry) -> Vec<String> {
    samples(registry).into_iter().map(|sample| sample.name).collect()
}

/// What a collector gives besides what it has described.
struct Says {
    described: Vec<MetricFamily>,
    given: Vec<MetricFamily>,
    runs: AtomicUsize,
}

impl Says {
    fn new(described: Vec<MetricFamily>, given: Vec<MetricFamily>) -> Arc<Self> {
        Arc::new(Self { described, given, runs: AtomicUsize::new(0) })
    }
}

impl Collector for Says {
    fn collect(&self) -> Vec<MetricFamily> {
        self.runs.fetch_add(1, SeqCst);
        self.given.clone()
    }

    fn describe(&self) -> Vec<Desc> {
        self.described.iter().map(|family| family.desc().clone()).collect()
    }
}

/// Faults that this page added to the count of the whole process, which other tests change meanwhile: at least so many.
#[track_caller]
fn faults(registry: &Registry, at_least: f64) {
    let count = || {
        let own = Registry::global().get_sample_value("metrics_core_collector_faults_total", &[]);
        own.unwrap()
    };
    let before = count();
    text(registry);
    let now = count();
    assert!(now >= before + at_least, "{before} {now}");
}

#[test]
fn they_run_once_for_each_scrape_and_once_to_describe() {
    let runs = Arc::new(AtomicUsize::new(0));
    let registry = Registry::new();
    let count = Arc::clone(&runs);
    let counted = move || vec![gauge("a", count.fetch_add(1, SeqCst) as u64), gauge("b", 0)];
    registry.register_collector(Arc::new(counted)).unwrap();
    assert_eq!(runs.load(SeqCst), 1);
    assert!(text(&registry).contains("\na 1\n"));
    assert!(text(&registry).contains("\na 2\n"));

    let described = Says::new(vec![gauge("c", 0)], vec![gauge("c", 0)]);
    registry.register_collector(described.clone()).unwrap();
    assert_eq!(described.runs.load(SeqCst), 0, "what is described need not be tried");
    assert_eq!(names(&registry), ["a", "b", "c"]);
}

#[test]
fn families_of_all_sources_are_in_one_order() {
    let registry = Registry::new();
    registry.register(Definition::new("m", "M."), Arc::new(Gauge::new())).unwrap();
    registry.register_collector(Says::new(vec![], vec![gauge("z", 0), gauge("a", 0), gauge("n", 0)])).unwrap();
    registry.register_collector(Arc::new(|| vec![gauge("b", 0)])).unwrap();
    assert_eq!(names(&registry), ["a", "b", "m", "n", "z"]);
    registry.set_target_info([("version", "1")]).unwrap();
    assert_eq!(names(&registry)[0], "target_info");
    let clash = registry
        .register_collector(Arc::new(|| vec![InfoMetricFamily::single("target", "T.", [("x", "1")]).unwrap().into()]));
    assert!(matches!(clash, Err(RegisterError::Clash { .. })));
    registry.set_target_info([("version", "2"), ("region", "eu")]).unwrap();
    assert_eq!(registry.get_target_info(), [("version".into(), "2".into()), ("region".into(), "eu".into())]);
    assert_eq!(names(&registry)[..2], ["target_info", "a"]);
    registry.set_target_info([("", ""); 0]).unwrap();
    assert_eq!(names(&registry)[0], "a");
}

#[test]
fn clashes_are_refused_at_registration() {
    let registry = Registry::new();
    registry.register(Definition::new("jobs", "Jobs."), Arc::new(Counter::new())).unwrap();
    for name in ["jobs", "jobs_total", "jobs_created"] {
        let error = registry.register_collector(Arc::new(move || vec![gauge("fine", 0), gauge(name, 0)])).unwrap_err();
        assert!(matches!(&error, RegisterError::Clash { other_name, .. } if other_name == "jobs"), "{error}");
    }
    assert_eq!(registry.descs().len(), 1, "none of the families of one that is refused stays");
    let panics = || -> Vec<MetricFamily> { panic!("on purpose") };
    let error = registry.register_collector(Arc::new(panics)).unwrap_err();
    assert!(matches!(error, RegisterError::Describing { location } if location.file == file!()), "{error}");
}

#[test]
fn what_was_not_described_is_checked_in_each_scrape() {
    let registry = Registry::new();
    registry.register(Definition::new("jobs", "Jobs."), Arc::new(Counter::new())).unwrap();
    let counter = CounterMetricFamily::single("twice", "T.", 1).unwrap();
    let given = vec![gauge("jobs_total", 0), gauge("fine", 1), counter.clone().into(), gauge("twice_total", 2)];
    registry.register_collector(Says::new(vec![], given)).unwrap();
    registry.register_collector(Says::new(vec![gauge("kind", 0)], vec![counter.into(), gauge("other", 1)])).unwrap();
    assert_eq!(names(&registry), ["fine", "jobs_total", "other", "twice_total"]);
    faults(&registry, 3.0);

    let registry = Registry::new();
    let other_type = CounterMetricFamily::single("kind", "K.", 1).unwrap().into();
    registry.register_collector(Says::new(vec![gauge("kind", 0)], vec![other_type])).unwrap();
    assert_eq!(names(&registry), [""; 0]);
    faults(&registry, 1.0);
    let registry = Registry::new();
    registry.register_collector(Says::new(vec![gauge("a", 0)], vec![gauge("a", 1), gauge("a", 2)])).unwrap();
    assert_eq!(registry.get_sample_value("a", &[]), Some(1.0));
    faults(&registry, 1.0);
}

#[test]
fn a_panic_takes_its_own_families_and_is_counted() {
    let registry = Registry::new();
    let fails = Arc::new(AtomicBool::new(false));
    let failing = Arc::clone(&fails);
    let collector = move || {
        assert!(!failing.load(SeqCst), "on purpose");
        vec![gauge("a", 0), gauge("b", 0)]
    };
    registry.register_collector(Arc::new(collector)).unwrap();
    registry.register_collector(Arc::new(|| vec![gauge("c", 0)])).unwrap();
    fails.store(true, SeqCst);
    assert_eq!(names(&registry), ["c"]);
    faults(&registry, 2.0);
    fails.store(false, SeqCst);
    assert_eq!(names(&registry), ["a", "b", "c"]);
}

#[test]
fn one_collector_may_be_in_several_registries_and_leaves_by_its_handle() {
    let collector: Arc<dyn Collector> = Arc::new(|| vec![gauge("a", 0)]);
    let (one, two) = (Registry::new(), Registry::new());
    let in_one = one.register_collector(Arc::clone(&collector)).unwrap();
    let in_two = two.register_collector(Arc::clone(&collector)).unwrap();
    assert!(one.register_collector(Arc::clone(&collector)).is_err());
    assert!(!one.unregister(in_two), "that is of the other one");
    assert!(one.unregister(in_one) && !one.unregister(in_one));
    assert_eq!((names(&one).len(), names(&two).len()), (0, 1));
    one.register(Definition::new("a", "Free again."), Arc::new(Gauge::new())).unwrap();
    drop(one);
    assert_eq!(Arc::strong_count(&collector), 2, "nothing keeps what was unregistered");
}

#[test]
fn scopes_come_before_names_and_labels() {
    let registry = Registry::new();
    let collector: Arc<dyn Collector> = Arc::new(|| {
        let mut family = GaugeMetricFamily::new("size", "Size.", ["table"]).unwrap();
        family.add_metric(["orders"], 7).unwrap();
        vec![family.into()]
    });
    let database = registry.with_prefix("app").with_prefix("db");
    for shard in ["1", "2"] {
        database.with_const_labels([("shard", shard)]).register_collector(Arc::clone(&collector)).unwrap();
    }
    let page = "# HELP app_db_size Size.\n# TYPE app_db_size gauge\n\
        app_db_size{shard=\"1\",table=\"orders\"} 7\napp_db_size{shard=\"2\",table=\"orders\"} 7\n";
    assert_eq!(text(&registry), page);
    let clash = database.with_const_labels([("table", "x")]).register_collector(Arc::clone(&collector));
    assert!(clash.unwrap_err().to_string().contains("twice"));
    let undescribed = Says::new(vec![], collector.collect());
    database.with_const_labels([("table", "x")]).register_collector(undescribed.clone()).unwrap();
    assert_eq!(text(&registry), page, "a label twice is left out");
    registry.with_prefix("other").with_const_labels([("s", "t")]).register_collector(undescribed).unwrap();
    assert!(text(&registry).contains("\nother_size{s=\"t\",table=\"orders\"} 7\n"));
}

#[test]
fn restricted_views_keep_units_order_and_ask_nobody_else() {
    let registry = Registry::new();
    let asked = Says::new(vec![gauge("b", 0)], vec![gauge("b", 0)]);
    let idle = Says::new(vec![gauge("c", 0)], vec![gauge("c", 0)]);
    registry.register_collector(idle.clone()).unwrap();
    registry.register_collector(asked.clone()).unwrap();
    let unit = GaugeMetricFamily::single("a", "A.", 1).unwrap().with_unit("bytes").unwrap();
    registry.register_collector(Arc::new(move || vec![unit.clone().into()])).unwrap();
    registry.register(Definition::new("jobs", "Jobs."), Arc::new(Counter::new())).unwrap();
    let view = registry.restricted(["jobs_total", "b", "a_bytes"]);
    assert_eq!(names(&view), ["a_bytes", "b", "jobs_total"]);
    assert_eq!(view.descs()[0].unit.as_deref(), Some("bytes"));
    assert_eq!((asked.runs.load(SeqCst), idle.runs.load(SeqCst)), (1, 0));
    assert_eq!(names(&view.restricted(["b", "c"])), ["b"]);
}

#[test]
fn registries_are_merged_and_clashes_left_out() {
    let (one, two) = (Registry::new(), Registry::new());
    let page = Registry::merged([one.clone(), two.with_prefix("ignored")]);
    one.register(Definition::new("a", "A."), Arc::new(Gauge::new())).unwrap();
    two.register(Definition::new("a", "Another."), Arc::new(Gauge::new())).unwrap();
    two.register(Definition::new("b", "B."), Arc::new(Gauge::new())).unwrap();
    let labels = |shard: &str| Definition {
        const_labels: vec![("shard".into(), shard.into())],
        ..Definition::new("shared", "S.")
    };
    one.register(labels("1"), Arc::new(Gauge::new())).unwrap();
    two.register(labels("2"), Arc::new(Gauge::new())).unwrap();
    two.register_collector(Arc::new(|| vec![gauge("z", 1)])).unwrap();
    page.register(Definition::new("own", "O."), Arc::new(Gauge::new())).unwrap();
    assert_eq!(names(&page), ["a", "b", "own", "shared", "shared", "z"]);
    assert!(text(&page).contains("# HELP a A.\n"));
    faults(&page, 1.0);
    assert_eq!(names(&page.restricted(["shared"])).len(), 2);
}

/// Lets a collector go on when a test says so.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

#[test]
fn no_scrape_waits_beyond_the_deadline_and_a_stuck_run_costs_one_thread() {
    let (gate, runs) = (Arc::new(Gate::default()), Arc::new(AtomicUsize::new(0)));
    let collector = {
        let (gate, runs) = (Arc::clone(&gate), Arc::clone(&runs));
        move || {
            // The first run is the one that describes.
            if runs.fetch_add(1, SeqCst) > 0 {
                gate.pass();
            }
            vec![gauge("slow", runs.load(SeqCst) as u64)]
        }
    };
    let registry = Registry::new();
    registry.register_collector(Arc::new(Deadline::new(collector, Duration::from_millis(50)))).unwrap();
    registry.register(Definition::new("quick", "Q."), Arc::new(Gauge::new())).unwrap();
    let late = || Registry::global().get_sample_value("metrics_core_late_collector_runs_total", &[]).unwrap();
    let before = late();
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(names(&registry), ["quick"]);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "only the first waits");
    assert_eq!(runs.load(SeqCst), 2, "one run in flight");
    assert!(late() >= before + 20.0);
    gate.open();
    while names(&registry).len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn a_late_collector_may_show_what_it_had() {
    let gate = Arc::new(Gate::default());
    gate.open();
    let inner = Arc::clone(&gate);
    let collector = move || {
        inner.pass();
        vec![gauge("slow", 7)]
    };
    let registry = Registry::new();
    let deadline = Deadline::new(collector, Duration::from_secs(20)).keep_last();
    registry.register_collector(Arc::new(deadline)).unwrap();
    assert_eq!(registry.get_sample_value("slow", &[]), Some(7.0));

    let panics = AtomicUsize::new(0);
    let collector = move || {
        assert_eq!(panics.fetch_add(1, SeqCst), 0, "on purpose");
        vec![gauge("once", 1)]
    };
    registry.register_collector(Arc::new(Deadline::new(collector, Duration::from_secs(20)).keep_last())).unwrap();
    assert_eq!(registry.get_sample_value("once", &[]), None, "a panic is no delay");
}

#[test]
fn what_a_task_keeps_fresh_has_an_age() {
    let latest = Arc::new(Latest::new("db").unwrap());
    let registry = Registry::new();
    registry.register_collector(latest.clone()).unwrap();
    assert_eq!(names(&registry), ["db_refresh_failures_total"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut asked = 0;
    let pauses = AtomicUsize::new(0);
    let ask = || {
        asked += 1;
        let answer = if asked == 2 { Err("on purpose") } else { Ok(vec![gauge("rows", asked)]) };
        async move { answer }
    };
    let pause = || {
        pauses.fetch_add(1, SeqCst);
        tokio::time::sleep(Duration::from_millis(1))
    };
    let task = latest.keep_fresh(ask, pause);
    runtime.block_on(async {
        tokio::select! {
            () = task => panic!("it has a collector to keep fresh"),
            () = async { while pauses.load(SeqCst) < 2 { tokio::task::yield_now().await; } } => {}
        }
    });
    assert_eq!(registry.get_sample_value("rows", &[]), Some(1.0), "the last good value");
    assert_eq!(registry.get_sample_value("db_refresh_failures_total", &[]), Some(1.0));
    assert!(registry.get_sample_value("db_age_seconds", &[]).unwrap() >= 0.0);
}

#[test]
fn a_task_ends_with_its_collector() {
    let latest = Arc::new(Latest::new("db").unwrap());
    let task = latest.keep_fresh(|| async { Ok::<_, ()>(Vec::new()) }, || std::future::ready(()));
    drop(latest);
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(task);
}

#[test]
fn legacy_validation_is_a_switch() {
    let name = "my-app:request_count";
    let definition = || Definition::new(name, "Requests.");
    // Of one registry, so that tests beside this one notice nothing.
    let registry = Registry::new();
    registry.set_validation(Validation::Legacy);
    assert!(registry.register(definition(), Arc::new(Gauge::new())).is_err());
    registry.set_validation(Validation::Utf8);
    registry.register(definition(), Arc::new(Gauge::new())).unwrap();
    registry.set_validation(Validation::Legacy);
    assert!(registry.register(Definition::new("other-name", "O."), Arc::new(Gauge::new())).is_err());
    assert_eq!(registry.get_sample_value(name, &[]), Some(0.0), "what is there stays");
}

#[test]
fn names_are_escaped_on_pages_and_clash_as_they_are_escaped() {
    let registry = Registry::new();
    let mut family = CounterMetricFamily::new("http.requests", "Requests.", ["url.path", "état"]).unwrap();
    family.add_metric(["/\"x\"", "ok,"], 3).unwrap();
    registry.register_collector(Arc::new(move || vec![family.clone().into()])).unwrap();
    let page = "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n\
        http_requests_total{url_path=\"/\\\"x\\\"\",_tat=\"ok,\"} 3\n";
    assert_eq!(text(&registry), page);
    for name in ["http_requests", "http-requests", "http_requests_total"] {
        let error = registry.register_collector(Arc::new(move || vec![gauge(name, 1)])).map(drop);
        assert!(matches!(&error, Err(RegisterError::Clash { why, .. }) if why.contains("characters")), "{error:?}");
    }
    let twice = GaugeMetricFamily::new("g", "G.", ["a.b", "a_b"]).unwrap();
    assert!(registry.register_collector(Arc::new(move || vec![twice.clone().into()])).is_err());
    let state = StateSetMetricFamily::single("my:state", "S.", [("on", true)]).unwrap();
    registry.register_collector(Arc::new(move || vec![state.clone().into()])).unwrap();
    assert!(text(&registry).contains("\nmy_state{my_state=\"on\"} 1\n"), "its label has its name, and no colon");
    assert!(registry.register_collector(Arc::new(|| vec![gauge("my_state", 1)])).is_err());
    let mut own_label = StateSetMetricFamily::new("other:state", "S.", ["other_state"]).unwrap();
    own_label.add_metric(["x"], [("on", true)]).unwrap();
    assert!(registry.register_collector(Arc::new(move || vec![own_label.clone().into()])).is_err());
    assert_eq!(Kind::StateSet.reserved_label(), None);
}
