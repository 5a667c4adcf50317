//! Real processes that count in files, and collectors that read them meanwhile.
#![cfg(all(unix, not(miri)))]

mod child;

use child::{Child, PROCESSES, THREADS};
use metrics_core::{Collector, Registry};
use metrics_exposition::multiprocess::{MultiprocessCollector, compact};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

fn registry(directory: &Path) -> Registry {
    let registry = Registry::new();
    let collector = MultiprocessCollector::new(directory).unwrap();
    registry.register_collector(Arc::new(collector)).unwrap();
    registry
}

fn value(registry: &Registry, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    registry.get_sample_value(name, labels)
}

#[test]
fn every_type_in_every_mode() {
    let directory = tempfile::tempdir().unwrap();
    let registry = registry(directory.path());
    let mut one = Child::start("types", directory.path(), "2");
    let two = Child::start("types", directory.path(), "5");
    let pids = [one.id(), two.id()];
    let of = |name: &str, n: usize| value(&registry, name, &[("pid", &pids[n].to_string())]);
    let all = |name: &str| value(&registry, name, &[]);
    assert_eq!(all("fleet_jobs_total"), Some(7.0));
    assert_eq!(all("fleet_cost_euros_total"), Some(3.5));
    assert_eq!(value(&registry, "fleet_tasks_total", &[("task", "a \"b\"\\"), ("shift", "night")]), Some(7.0));
    assert_eq!((of("fleet_each", 0), of("fleet_each", 1)), (Some(2.0), Some(5.0)));
    assert_eq!((of("fleet_live_each", 0), of("fleet_live_each", 1)), (Some(2.0), Some(5.0)));
    let folded =
        ["fleet_least", "fleet_most", "fleet_added", "fleet_live_added", "fleet_latest", "fleet_never"].map(all);
    assert_eq!(folded, [Some(2.0), Some(5.0), Some(7.0), Some(7.0), Some(5.0), None]);
    assert_eq!(value(&registry, "fleet_wait_seconds_bucket", &[("le", "3.0")]), Some(1.0));
    assert_eq!([all("fleet_wait_seconds_count"), all("fleet_wait_seconds_sum")], [Some(2.0), Some(7.0)]);
    assert_eq!([all("fleet_weight_count"), all("fleet_weight_sum")], [Some(2.0), Some(7.0)]);
    assert_eq!(all("fleet_size_bytes"), Some(20.0), "a native histogram");
    assert_eq!(value(&registry, "fleet_build_info", &[("version", "5")]), Some(1.0));
    let on = |n: usize| value(&registry, "fleet_switch", &[("fleet_switch", "on"), ("pid", &pids[n].to_string())]);
    assert_eq!((on(0), on(1)), (Some(0.0), Some(1.0)), "by whether it is odd");
    assert_eq!(all("fleet_ages_gcount"), Some(2.0));
    let families = MultiprocessCollector::new(directory.path()).unwrap().collect();
    let cost = families.iter().find(|family| family.desc().name == "fleet_cost_euros").unwrap();
    assert_eq!((cost.desc().help.as_str(), cost.desc().unit.as_deref()), ("What was paid.", Some("euros")));
    let exemplars = |name: &str| {
        let family = families.iter().find(|family| family.desc().name == name).unwrap();
        let exemplars = family.samples().into_iter().filter_map(|sample| sample.exemplar);
        exemplars.map(|exemplar| exemplar.labels().own.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(exemplars("fleet_jobs"), [r#"trace_id="5""#], "the newest");
    assert_eq!(exemplars("fleet_wait_seconds"), [r#"trace_id="2""#, r#"trace_id="5""#], "of each bucket");

    // It is killed, and what lives goes with it; twice, because its file is compacted meanwhile.
    one.kill();
    for _ in 0..2 {
        assert_eq!((all("fleet_jobs_total"), all("fleet_live_added")), (Some(7.0), Some(5.0)));
        assert_eq!((of("fleet_each", 0), of("fleet_live_each", 0)), (Some(2.0), None));
        assert_eq!([all("fleet_wait_seconds_count"), all("fleet_size_bytes")], [Some(2.0), Some(20.0)]);
        assert_eq!(value(&registry, "fleet_build_info", &[("version", "2")]), None);
        compact(directory.path()).unwrap();
    }
    assert_eq!(value(&registry, "metrics_multiprocess_files", &[("state", "dead")]), Some(0.0));
    drop(two);
}

#[test]
fn killed_processes_lose_what_was_under_way_and_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let mut last = 0.0;
    let registry = registry(directory.path());
    let mut total = |least: u64, most: u64| {
        let total = value(&registry, "fleet_jobs_total", &[]).unwrap_or(0.0);
        assert!(total >= last, "{total} after {last}");
        let is_within = (least as f64..=most as f64).contains(&total);
        assert!(is_within, "{total} of {least} to {most}");
        // A histogram that was changed together with the counter.
        let observed = value(&registry, "fleet_wait_seconds_count", &[]).unwrap_or(0.0);
        assert!((least as f64..=most as f64).contains(&observed), "{observed} of {least} to {most}");
        last = total;
    };
    let mut processes: Vec<_> =
        (0..PROCESSES).map(|n| Child::start("counting", directory.path(), &n.to_string())).collect();
    while let Some(mut process) = processes.pop() {
        thread::sleep(Duration::from_millis(20));
        total(0, u64::MAX);
        process.kill();
        if processes.len() == 2 {
            compact(directory.path()).unwrap();
        }
    }
    let said = |n: usize| child::said(directory.path(), n);
    let least = (0..PROCESSES).map(said).sum::<u64>();
    let most = least + (PROCESSES * THREADS) as u64;
    assert!(least > 100, "{least}");
    total(least, most);
    compact(directory.path()).unwrap();
    total(least, most);
    assert_eq!(names(directory.path(), ".metrics"), ["archive.metrics"]);
}

/// Names of files that end so.
fn names(directory: &Path, suffix: &str) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(suffix)).collect()
}

#[test]
fn collectors_of_several_processes_read_and_compact_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut collectors: Vec<_> = (0..2).map(|_| Child::start("collecting", directory.path(), "")).collect();
    for n in 0..40 {
        let mut worker = Child::start("types", directory.path(), &n.to_string());
        worker.kill();
    }
    fs::write(directory.path().join("stop"), "").unwrap();
    for collector in &mut collectors {
        assert!(collector.wait().success(), "it saw a total that went back");
    }
    let expected = f64::from((0..40).sum::<u32>());
    assert_eq!(value(&registry(directory.path()), "fleet_jobs_total", &[]), Some(expected));
    assert!(names(directory.path(), ".metrics").len() < 30);
}

#[test]
fn a_directory_that_cannot_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    for n in 1..=20 {
        Child::start("types", directory.path(), &n.to_string()).kill();
    }
    let may = |mode| fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
    may(0o555);
    let registry = registry(directory.path());
    for _ in 0..2 {
        assert_eq!(value(&registry, "fleet_jobs_total", &[]), Some(210.0));
    }
    // Root may write anyway.
    let errors = value(&registry, "metrics_multiprocess_compaction_errors_total", &[]).unwrap();
    may(0o755);
    let is_compacted = names(directory.path(), ".metrics") == ["archive.metrics"];
    assert!(is_compacted || errors > 0.0, "{errors}");
}

#[test]
#[ignore = "what the others start as a process"]
fn as_a_process() {
    child::run();
}
