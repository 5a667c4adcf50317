use super::*;
use crate::multiprocess::record::{Mode, Number, Place};
use crate::multiprocess::testing::{Process, directory};
use metrics_core::Registry;
use metrics_core::model::Kind;
use std::fs;

/// The page of a scrape, without what the collector says of itself, as text.
fn page(registry: &Registry) -> Vec<String> {
    #[derive(Default)]
    struct Lines {
        desc: Option<Desc>,
        lines: Vec<String>,
    }
    impl metrics_core::model::FamilySink for Lines {
        fn begin(&mut self, family: &Desc) {
            self.desc = Some(family.clone());
        }
        fn point(
            &mut self,
            labels: metrics_core::model::Labels<'_>,
            point: &metrics_core::model::Point<'_>,
            time: Option<metrics_core::model::Timestamp>,
        ) {
            let desc = self.desc.as_ref().expect("a family was begun");
            point.samples(desc, labels, time, &mut |sample| self.lines.push(sample.to_string()));
        }
        fn abandon(&mut self) {
            unreachable!("nothing panics");
        }
    }
    let mut lines = Lines::default();
    let mut scrape = registry.scrape();
    while scrape.step(&mut lines).expect("nothing panics") {}
    let is_ours = |line: &String| line.starts_with("metrics_multiprocess_") || line.contains("_created");
    lines.lines.retain(|line| !is_ours(line));
    lines.lines
}

fn registry(path: &Path) -> Registry {
    let registry = Registry::new();
    let collector = MultiprocessCollector::new(path).expect("it is there").without_compaction();
    registry.register_collector(Arc::new(collector)).expect("nothing is described");
    registry
}

fn own(registry: &Registry, name: &str, label: (&str, &str)) -> f64 {
    registry.get_sample_value(&format!("metrics_multiprocess_{name}"), &[label]).expect("there is one")
}

#[test]
fn processes_are_one_page() {
    let dir = directory();
    let registry = registry(dir.path());
    assert!(page(&registry).is_empty());
    let _one = Process::new(11).counter("jobs", r#"q="a""#, 3).gauge("load", Mode::All, 0.5, 0).living(dir.path());
    let two = Process::new(12)
        .counter("jobs", r#"q="a""#, 4)
        .gauge("load", Mode::All, 1.5, 0)
        .gauge("open", Mode::LiveSum, 8.0, 0)
        .living(dir.path());
    Process::new(13).counter("jobs", r#"q="b""#, 1).dead(dir.path());
    let all = [
        r#"jobs_total{q="a"} 7"#,
        r#"jobs_total{q="b"} 1"#,
        r#"load{pid="11"} 0.5"#,
        r#"load{pid="12"} 1.5"#,
        "open 8.0",
    ];
    for _ in 0..2 {
        assert_eq!(page(&registry), all);
    }
    // Live gauges go with their process, and nothing else.
    drop(two);
    assert_eq!(page(&registry), all[..4]);
    assert_eq!(own(&registry, "files", ("state", "alive")), 1.0);
    assert_eq!(own(&registry, "files", ("state", "dead")), 2.0);
}

#[test]
fn numbers_are_used_again() {
    let dir = directory();
    let registry = registry(dir.path());
    Process::new(7).gauge("load", Mode::All, 1.0, 0).counter("jobs", "", 1).dead(dir.path());
    Process::new(7).gauge("load", Mode::All, 2.0, 0).counter("jobs", "", 1).dead(dir.path());
    assert_eq!(page(&registry), ["jobs_total 2", r#"load{pid="7"} 2.0"#]);
    let _living = Process::new(7).gauge("load", Mode::All, 3.0, 0).living(dir.path());
    let other = Process::new(7).gauge("load", Mode::All, 4.0, 0);
    let second = format!(r#"load{{pid="7-{:016x}"}} 4.0"#, other.header.random);
    let _other = other.living(dir.path());
    assert_eq!(page(&registry), ["jobs_total 2", r#"load{pid="7"} 3.0"#, &second]);
}

#[test]
fn what_is_wrong_is_passed_over_and_counted() {
    let dir = directory();
    let registry = registry(dir.path());
    Process::new(1).counter("jobs", "", 1).dead(dir.path());
    fs::write(dir.path().join("2-0000000000000000.metrics"), "").unwrap();
    fs::write(dir.path().join("3-0000000000000000.metrics"), [7; 100]).unwrap();
    let path = Process::new(4).counter("jobs", "", 1).dead(dir.path());
    let whole = fs::read(&path).unwrap();
    fs::write(path, &whole[..whole.len() - 8]).unwrap();
    fs::create_dir(dir.path().join("5.metrics")).unwrap();
    fs::write(dir.path().join("other.txt"), "").unwrap();
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("6.metrics")).unwrap();
    assert_eq!(page(&registry), ["jobs_total 1"]);
    for (reason, count) in [("empty", 1.0), ("foreign", 2.0), ("truncated", 1.0), ("corrupt", 0.0), ("unreadable", 1.0)]
    {
        assert_eq!(own(&registry, "skipped_files", ("reason", reason)), count, "{reason}");
    }
}

#[test]
fn other_types_and_modes_are_told() {
    let dir = directory();
    let registry = registry(dir.path());
    let _one = Process::new(1).counter("x", "", 1).gauge("y", Mode::Max, 1.0, 0).living(dir.path());
    Process::new(2).gauge("x", Mode::Max, 9.0, 0).gauge("y", Mode::Sum, 9.0, 0).dead(dir.path());
    assert_eq!(page(&registry), ["x_total 1", "y 9.0"]);
    let conflict = |family, reason| {
        registry.get_sample_value("metrics_multiprocess_conflicts", &[("family", family), ("reason", reason)])
    };
    assert_eq!((conflict("x", "type"), conflict("y", "mode")), (Some(1.0), Some(1.0)));
}

#[test]
fn a_state_set_has_a_series_for_each_process() {
    let dir = directory();
    let mut process = Process::new(9);
    let offset = process.build.word(1, 0);
    let process = process.family("phase", Kind::StateSet, Mode::Unset, Number::U64, &[]);
    process.series("", Place::Word { offset }).dead(dir.path());
    assert_eq!(page(&registry(dir.path())), [r#"phase{pid="9",phase="on"} 0"#, r#"phase{pid="9",phase="off"} 1"#]);
}

#[test]
fn a_directory_may_go_and_come_back() {
    let dir = directory();
    let path = dir.path().join("metrics");
    assert!(matches!(MultiprocessCollector::new(&path), Err(DirectoryError::Missing { .. })));
    fs::write(&path, "").unwrap();
    assert!(matches!(MultiprocessCollector::new(&path), Err(DirectoryError::NotADirectory { .. })));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let registry = registry(&path);
    Process::new(1).counter("jobs", "", 1).dead(&path);
    assert_eq!(page(&registry), ["jobs_total 1"]);
    fs::remove_dir_all(&path).unwrap();
    assert!(page(&registry).is_empty());
    assert_eq!(registry.get_sample_value("metrics_multiprocess_directory_readable", &[]), Some(0.0));
    fs::create_dir(&path).unwrap();
    Process::new(1).counter("jobs", "", 2).dead(&path);
    assert_eq!(page(&registry), ["jobs_total 2"]);
}

#[test]
fn constant_labels_of_the_registry_do_not_stand_twice() {
    let dir = directory();
    Process::new(1).counter("jobs", r#"q="a""#, 1).counter("rows", "", 2).dead(dir.path());
    let registry = Registry::new();
    let collector = Arc::new(MultiprocessCollector::new(dir.path()).unwrap());
    registry.with_prefix("all").with_const_labels([("q", "x")]).register_collector(collector).unwrap();
    // That of the other family would be there twice, and is counted as a fault.
    let is_theirs = |line: &String| !line.starts_with("all_metrics");
    let lines: Vec<_> = page(&registry).into_iter().filter(is_theirs).collect();
    assert_eq!(lines, [r#"all_rows_total{q="x"} 2"#]);
}

#[test]
fn collecting_gives_the_same() {
    let dir = directory();
    Process::new(1).counter("jobs", "", 1).histogram("t", &[1.0], &[1, 2], 9.0).dead(dir.path());
    let families = MultiprocessCollector::new(dir.path()).unwrap().collect();
    let samples: Vec<_> = families.iter().flat_map(MetricFamily::samples).map(|sample| sample.to_string()).collect();
    for expected in ["jobs_total 1", r#"t_bucket{le="+Inf"} 3"#, r#"metrics_multiprocess_files{state="dead"} 1"#] {
        assert!(samples.iter().any(|sample| sample == expected), "{expected}");
    }
}

#[test]
fn files_can_be_merged_alone() {
    use crate::multiprocess::merge;
    let dir = directory();
    let files: Vec<_> = (1..=2)
        .map(|pid| {
            let process = Process::new(pid).counter("jobs", r#"q="a""#, pid);
            process.histogram("t", &[1.0, 2.0], &[pid, 2, 3], 9.0).dead(dir.path())
        })
        .collect();
    let merged = merge(&files, true);
    assert_eq!(merged.get_sample_value("jobs_total", &[("q", "a")]), Some(3.0));
    assert_eq!(merged.get_sample_value("t_bucket", &[("le", "2.0")]), Some(7.0));
    assert_eq!(merged.get_sample_value("t_count", &[]), Some(13.0));
    assert_eq!(merged.family("jobs").map(|family| family.desc().kind), Some(Kind::Counter));
    let raw = merge(&files, false);
    assert_eq!(raw.get_sample_value("t_bucket", &[("le", "2.0")]), Some(4.0));
    assert_eq!(raw.get_sample_value("t_bucket", &[("le", "1.0")]), Some(3.0));
    assert_eq!(raw.get_sample_value("t_sum", &[]), Some(18.0));
    assert_eq!(raw.get_sample_value("t_count", &[]), None);
}
