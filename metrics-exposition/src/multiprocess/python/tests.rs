//! What comes out of a table for files as the client writes them.

use super::entries::{Fault, written};
use super::{Scan, name};
use crate::multiprocess::merge::Table;
use crate::multiprocess::{mark_process_dead, merge};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Files by name, with keys, values and times.
type Files<'a> = &'a [(&'a str, &'a [(&'a str, f64, f64)])];

#[derive(Default)]
struct Fleet {
    table: Table,
    scan: Scan,
}

impl Fleet {
    /// A scrape: each sample as a line.
    fn scrape(&mut self, files: Files<'_>) -> Vec<String> {
        self.table.begin();
        self.scan.begin(&self.table);
        for (name, entries) in files {
            self.read(name, &written(entries.iter().copied())).unwrap();
        }
        self.lines()
    }

    fn read(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.scan.read(&mut self.table, name::parse(OsStr::new(name)).expect("the client's"), bytes)
    }

    fn lines(&mut self) -> Vec<String> {
        self.table.end();
        let mut families: Vec<_> = self.table.descs().collect();
        families.sort_by(|a, b| a.1.name.cmp(&b.1.name));
        let families = families.iter().filter_map(|(number, desc)| self.table.owned(*number, desc));
        families.flat_map(|family| family.samples()).map(|sample| sample.to_string()).collect()
    }
}

fn scrape(files: Files<'_>) -> Vec<String> {
    Fleet::default().scrape(files)
}

const JOBS: &str = r#"["jobs", "jobs_total", {"queue": "mail"}, "Jobs."]"#;
const LOAD: &str = r#"["load", "load", {}, "Load."]"#;

#[test]
fn counters_are_added() {
    let found = scrape(&[
        ("counter_1.db", &[(JOBS, 1.5, 0.0), (r#"["jobs", "jobs_total", {"queue": "print"}, ""]"#, 2.0, 0.0)]),
        ("counter_2.db", &[(JOBS, 2.5, 0.0)]),
    ]);
    assert_eq!(found, [r#"jobs_total{queue="mail"} 4.0"#, r#"jobs_total{queue="print"} 2.0"#]);
}

#[test]
fn summaries_are_added() {
    let (count, sum) = (r#"["wait", "wait_count", {}, ""]"#, r#"["wait", "wait_sum", {}, ""]"#);
    let found = scrape(&[
        ("summary_1.db", &[(count, 2.0, 0.0), (sum, 0.5, 0.0)]),
        ("summary_2.db", &[(count, 3.0, 0.0), (sum, -1.0, 0.0)]),
    ]);
    assert_eq!(found, ["wait_sum -0.5", "wait_count 5"]);
}

#[test]
fn gauges_follow_their_mode() {
    let gauge = |mode: &str| {
        let names = [format!("gauge_{mode}_1.db"), format!("gauge_{mode}_pool_2.db"), format!("gauge_{mode}_3.db")];
        let [one, two, three] = &names;
        // The last one was never set.
        scrape(&[(one, &[(LOAD, 3.0, 20.0)]), (two, &[(LOAD, 1.0, 10.5)]), (three, &[(LOAD, 0.0, 0.0)])])
    };
    for live in ["", "live"] {
        let gauge = |mode: &str| gauge(&format!("{live}{mode}"));
        assert_eq!(gauge("all"), [r#"load{pid="1"} 3.0"#, r#"load{pid="3"} 0.0"#, r#"load{pid="pool_2"} 1.0"#]);
        assert_eq!(gauge("min"), ["load 0.0"]);
        assert_eq!(gauge("max"), ["load 3.0"]);
        assert_eq!(gauge("sum"), ["load 4.0"]);
        assert_eq!(gauge("mostrecent"), ["load 3.0"]);
    }
    assert!(scrape(&[("gauge_mostrecent_1.db", &[(LOAD, 0.0, 0.0)])]).is_empty(), "never set");
}

#[test]
fn a_label_of_the_users_gives_way_to_the_process() {
    let key = r#"["load", "load", {"pid": "x"}, ""]"#;
    let found = scrape(&[("gauge_all_1.db", &[(key, 1.0, 0.0)])]);
    assert_eq!(found, [r#"load{exported_pid="x",pid="1"} 1.0"#]);
    let found = scrape(&[("gauge_sum_1.db", &[(key, 1.0, 0.0)])]);
    assert_eq!(found, [r#"load{pid="x"} 1.0"#]);
}

#[test]
fn histograms_are_added_by_bound() {
    let keys = |bound: &'static str| {
        [
            r#"["wait", "wait_sum", {}, ""]"#.to_owned(),
            format!(r#"["wait", "wait_bucket", {{"le": "{bound}"}}, ""]"#),
            r#"["wait", "wait_bucket", {"le": "+Inf"}, ""]"#.to_owned(),
        ]
    };
    // By two versions of the client.
    let ([sum, new, inf], [_, old, _]) = (keys("1e+10"), keys("1e+010"));
    let found = scrape(&[
        ("histogram_1.db", &[(&sum, 1.5, 0.0), (&new, 1.0, 0.0), (&inf, 2.0, 0.0)]),
        ("histogram_2.db", &[(&sum, 2.0, 0.0), (&old, 3.0, 0.0), (&inf, 0.0, 0.0)]),
    ]);
    assert_eq!(found, [r#"wait_bucket{le="1e+10"} 4"#, r#"wait_bucket{le="+Inf"} 6"#, "wait_sum 3.5", "wait_count 6"],);
}

#[test]
fn other_buckets_are_kept_apart() {
    let sum = r#"["wait", "wait_sum", {}, ""]"#;
    let (one, two) = (r#"["wait", "wait_bucket", {"le": "1.0"}, ""]"#, r#"["wait", "wait_bucket", {"le": "2.0"}, ""]"#);
    let inf = r#"["wait", "wait_bucket", {"le": "+Inf"}, ""]"#;
    let found = scrape(&[
        ("histogram_1.db", &[(sum, 1.0, 0.0), (one, 1.0, 0.0), (inf, 0.0, 0.0)]),
        ("histogram_2.db", &[(sum, 2.0, 0.0), (two, 1.0, 0.0), (inf, 0.0, 0.0)]),
        ("histogram_3.db", &[(sum, 3.0, 0.0), (one, 1.0, 0.0), (inf, 0.0, 0.0)]),
    ]);
    assert!(found.contains(&r#"wait_bucket{le="1.0"} 2"#.to_owned()), "{found:?}");
    assert!(found.contains(&r#"wait_bucket{buckets="2.0",le="2.0"} 1"#.to_owned()), "{found:?}");
}

#[test]
fn each_scrape_is_anew() {
    let mut fleet = Fleet::default();
    assert_eq!(fleet.scrape(&[("counter_1.db", &[(JOBS, 1.0, 0.0)])]), [r#"jobs_total{queue="mail"} 1.0"#]);
    let more = [(r#"["new", "new_total", {}, ""]"#, 1.0, 0.0), (JOBS, 3.0, 0.0)];
    assert_eq!(fleet.scrape(&[("counter_1.db", &more)]), [r#"jobs_total{queue="mail"} 3.0"#, "new_total 1.0"]);
    assert_eq!(fleet.scrape(&[("counter_1.db", &more[..1])]), ["new_total 1.0"]);
    assert!(fleet.scrape(&[]).is_empty());
    // The same key in a file of another role is another one.
    let gauge = r#"["new", "new", {}, ""]"#;
    assert_eq!(fleet.scrape(&[("counter_1.db", &[(gauge, 1.0, 0.0)])]), ["new_total 1.0"]);
    assert_eq!(fleet.scrape(&[("gauge_sum_1.db", &[(gauge, 1.0, 0.0)])]), ["new 1.0"]);
}

#[test]
fn memory_is_that_of_the_keys_of_today() {
    let mut fleet = Fleet::default();
    for day in 0..5 {
        let keys: Vec<_> =
            (0..5_000).map(|n| format!(r#"["jobs", "jobs_total", {{}}, "Day {day}, help {n}."]"#)).collect();
        let entries: Vec<_> = keys.iter().map(|key| (&**key, 1.0, 0.0)).collect();
        for _ in 0..2 {
            assert_eq!(fleet.scrape(&[("counter_1.db", &entries)]), ["jobs_total 5000.0"]);
        }
        let known: usize = fleet.scan.known_keys();
        assert!(known <= 10_000, "{known} on day {day}");
    }
}

#[test]
fn what_is_wrong_takes_nothing_with_it() {
    let mut fleet = Fleet::default();
    fleet.table.begin();
    fleet.scan.begin(&fleet.table);
    let good = written([(JOBS, 2.0, 0.0)]);
    fleet.read("counter_1.db", &good).unwrap();
    let misread = |entries: &[(&str, f64, f64)]| written(entries.iter().copied());
    for bytes in [
        misread(&[("no key", 1.0, 0.0), (JOBS, 2.0, 0.0)]),
        misread(&[(JOBS, 2.0, 0.0), (r#"["load", "load", {"a": "x"}]"#, 1.0, 0.0)]),
        misread(&[(r#"["jobs", "jobs_total", {}, ""]"#, f64::NAN, 0.0), (JOBS, 2.0, 0.0)]),
        misread(&[(JOBS, -1.0, 0.0), (JOBS, 2.0, 0.0)]),
    ] {
        assert!(matches!(fleet.read("counter_2.db", &bytes), Err(Fault::Misread)));
    }
    assert!(matches!(
        fleet.read("counter_3.db", &[good.clone(), vec![1]].concat()[..good.len() - 1]),
        Err(Fault::Truncated)
    ));
    assert!(matches!(fleet.read("counter_4.db", b""), Err(Fault::Empty)));
    fleet.read("counter_5.db", &vec![0; 4096]).unwrap();
    assert_eq!(fleet.lines(), [r#"jobs_total{queue="mail"} 10.0"#]);
}

/// Writes a file into a folder.
fn put(folder: &Path, name: &str, entries: &[(&str, f64, f64)]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, written(entries.iter().copied())).unwrap();
    path
}

#[test]
fn merged_as_python_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let (sum, one) = (r#"["wait", "wait_sum", {}, ""]"#, r#"["wait", "wait_bucket", {"le": "1.0"}, ""]"#);
    let inf = r#"["wait", "wait_bucket", {"le": "+Inf"}, ""]"#;
    let wait = [(sum, 0.5, 0.0), (one, 2.0, 0.0), (inf, 1.0, 0.0)];
    let files = [
        put(folder.path(), "histogram_1.db", &wait),
        put(folder.path(), "histogram_worker_2.db", &wait),
        put(folder.path(), "counter_1.db", &[(JOBS, 2.0, 0.0)]),
        put(folder.path(), "counter_2.db", &[]),
    ];
    let merged = merge(&files, true);
    assert!(merged.skipped().is_empty());
    assert_eq!(merged.get_sample_value("wait_bucket", &[("le", "1.0")]), Some(4.0));
    assert_eq!(merged.get_sample_value("wait_bucket", &[("le", "+Inf")]), Some(6.0));
    assert_eq!(merged.get_sample_value("wait_count", &[]), Some(6.0));
    assert_eq!(merged.get_sample_value("wait_sum", &[]), Some(1.0));
    assert_eq!(merged.get_sample_value("jobs_total", &[("queue", "mail")]), Some(2.0));
    // To be written back: each bucket for itself, and no number of all.
    let merged = merge(&files, false);
    assert_eq!(merged.get_sample_value("wait_bucket", &[("le", "+Inf")]), Some(2.0));
    assert_eq!(merged.get_sample_value("wait_count", &[]), None);
    assert_eq!(merged.family("jobs").unwrap().desc().help, "Jobs.");
}

#[test]
fn live_gauges_of_the_client_go_when_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let modes = ["liveall", "livemin", "livemax", "livesum", "livemostrecent", "all", "sum"];
    for pid in [1, 12] {
        for mode in modes {
            put(folder.path(), &format!("gauge_{mode}_{pid}.db"), &[(LOAD, 1.0, 1.0)]);
        }
    }
    assert_eq!(mark_process_dead(folder.path(), 1).unwrap(), 5);
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name.to_str().unwrap().ends_with("_1.db"));
    left.sort();
    assert_eq!(left, ["gauge_all_1.db", "gauge_sum_1.db"]);
    assert_eq!(mark_process_dead(folder.path(), 1).unwrap(), 0);
}

/// A counter's keys and values; whole numbers, which add up to themselves.
fn entries() -> impl Strategy<Value = Vec<(String, f64)>> {
    vec(("[a-z]{1,20}", 0..1_000_000u32), 1..20).prop_map(|all| {
        let key = |label: &str| format!(r#"["jobs", "jobs_total", {{"queue": "{label}"}}, "Jobs."]"#);
        all.into_iter().map(|(label, value)| (key(&label), f64::from(value))).collect()
    })
}

fn file(entries: &[(String, f64)]) -> Vec<u8> {
    written(entries.iter().map(|(key, value)| (&**key, *value, 0.0)))
}

/// What a file adds up to, and what is wrong with it.
fn total(bytes: &[u8]) -> (f64, Result<(), Fault>) {
    let mut fleet = Fleet::default();
    fleet.table.begin();
    fleet.scan.begin(&fleet.table);
    let result = fleet.read("counter_1.db", bytes);
    let value = |line: String| line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok()).expect("a value");
    (fleet.lines().into_iter().map(value).sum(), result)
}

proptest! {
    #[test]
    fn what_is_cut_off_is_all_that_is_missing(entries in entries(), cut in any::<prop::sample::Index>()) {
        let bytes = file(&entries);
        let end = cut.index(bytes.len() + 1);
        let whole = (0..=entries.len()).rev().find(|whole| file(&entries[..*whole]).len() <= end.max(8)).unwrap();
        let (found, result) = total(&bytes[..end]);
        prop_assert_eq!(found, entries[..whole].iter().map(|(_, value)| value).sum::<f64>());
        prop_assert_eq!(result.is_ok(), end == bytes.len());
    }

    #[test]
    fn bytes_of_any_sort_do_no_harm(
        entries in entries(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        role in 0..13usize,
    ) {
        let mut bytes = file(&entries);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let modes = ["all", "liveall", "min", "livemin", "max", "livemax", "sum", "livesum", "mostrecent", "livemostrecent"];
        let name = match role {
            0 => "counter_1.db".to_owned(),
            1 => "histogram_1.db".to_owned(),
            2 => "summary_1.db".to_owned(),
            gauge => format!("gauge_{}_1.db", modes[gauge - 3]),
        };
        let mut fleet = Fleet::default();
        for _ in 0..2 {
            fleet.table.begin();
            fleet.scan.begin(&fleet.table);
            let _ = fleet.read(&name, &bytes);
            fleet.lines();
        }
        let (found, _) = total(&bytes);
        prop_assert!(found >= 0.0, "{found}");
    }
}
