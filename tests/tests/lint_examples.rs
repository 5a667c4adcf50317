//! The examples' metrics are clean, and so are the library's own. The peers suite lints the running shop.

#[path = "../../examples/application_collector.rs"]
#[allow(dead_code, reason = "its main function")]
mod application;
#[cfg(unix)]
#[path = "../../examples/batch/program.rs"]
#[allow(dead_code, reason = "its main function")]
mod batch;
// Not built for musl, see Cargo.toml.
#[cfg(not(target_env = "musl"))]
#[path = "../../examples/database_collector.rs"]
#[allow(dead_code, reason = "its main function")]
mod database;
#[path = "../../examples/flexible_names.rs"]
#[allow(dead_code, reason = "its main function")]
mod flexible_names;
#[path = "../../examples/health_collector.rs"]
#[allow(dead_code, reason = "its main function")]
mod health;
#[cfg(unix)]
#[path = "../../examples/prefork/program.rs"]
#[allow(dead_code, reason = "its main function")]
mod prefork;
#[path = "../../examples/quickstart.rs"]
#[allow(dead_code, reason = "its main function")]
mod quickstart;
#[path = "../../examples/shop/metrics.rs"]
#[allow(dead_code, reason = "what counts")]
mod shop;
#[cfg(target_os = "linux")]
#[path = "../../examples/system_collector/collector.rs"]
#[allow(dead_code, reason = "what its own test calls")]
mod system;
#[path = "../../examples/actix.rs"]
#[allow(dead_code, reason = "its main function")]
mod with_actix;
#[path = "../../examples/hyper.rs"]
#[allow(dead_code, reason = "its main function")]
mod with_hyper;
#[cfg(unix)]
#[path = "../../examples/workers/program.rs"]
#[allow(dead_code, reason = "its main function")]
mod workers;

use application::{Backup, Deliveries, Mail, Queue, Relay, RelayCollector, State};
use metrics_core::{Metrics, Registry};
use metrics_exposition::lint::{Linter, assert_lint_clean};
use shop::ShopMetrics;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// What derives define: the shop, quickstart, both servers, and the metrics of the library itself.
#[test]
fn all_that_is_linked() {
    let names: Vec<_> = Registry::global().descs().into_iter().map(|desc| desc.name).collect();
    for prefix in ["hello_", "actix_", "hyper_", "shop_", "metrics_core_"] {
        assert!(names.iter().any(|name| name.starts_with(prefix)), "{prefix} is not in {names:?}");
    }
    assert_lint_clean(Registry::global());
}

#[test]
fn shop() {
    let registry = Registry::new();
    let shop = ShopMetrics::register_in(&registry).unwrap();
    shop.till.revenue.inc_by(9.5);
    assert_lint_clean(&registry);
}

#[test]
fn application() {
    let now = SystemTime::now();
    let mail = Mail { trace_id: "a1".into(), at: now };
    let relay = Relay {
        started: now,
        queues: vec![Queue { name: "letters", sent: 1, last_sent: Some(mail.clone()), waiting: vec![mail] }],
        deliveries: Deliveries { by_duration: [1, 0, 0], slowest: Some(("a1".into(), 0.05)), ..Deliveries::default() },
        state: State::Running,
        filter_score: 0.5,
        backups: vec![Backup { host: "backup1", at: now, mails: 1 }],
    };
    let registry = Registry::new();
    let relay = Arc::new(Mutex::new(relay));
    registry.register_collector(Arc::new(RelayCollector { relay })).unwrap();
    assert!(registry.get_sample_value("mail_build_info", &[("version", env!("CARGO_PKG_VERSION"))]).is_some());
    // It shows all that the model has, also a gauge's exemplar.
    Linter::new().disable("exemplar-place").unwrap().assert_clean(&registry);
}

#[cfg(not(target_env = "musl"))]
#[test]
fn database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    database::create(&path).unwrap();
    let registry = Registry::new();
    let collector = database::DatabaseCollector::new(&path);
    database::register(&registry, collector, Duration::from_secs(60)).unwrap();
    assert_eq!(registry.get_sample_value("database_errors_total", &[]), Some(0.0));
    assert_lint_clean(&registry);
}

#[test]
fn flexible_names() {
    let registry = Registry::new();
    flexible_names::register(&registry).unwrap();
    assert_lint_clean(&registry);
}

#[tokio::test]
async fn health() {
    let registry = Registry::new();
    let nobody = || health::HealthCollector::new(Vec::new(), Duration::from_secs(1));
    health::register(&registry, nobody(), nobody(), Duration::from_secs(60)).unwrap();
    assert!(registry.descs().len() > 2);
    assert_lint_clean(&registry);
}

#[cfg(target_os = "linux")]
#[test]
fn system() {
    let registry = Registry::new();
    registry.register_collector(Arc::new(system::SystemCollector::new(["/"]))).unwrap();
    assert_eq!(registry.get_sample_value("system_read_success", &[("part", "cpu")]), Some(1.0));
    assert_lint_clean(&registry);
}
