//! Files for node_exporter's textfile collector. The peers suite shows them to `promtool` and to node_exporter.
#![cfg(unix)]

use metrics_core::model::{GaugeMetricFamily, GaugePoint, Kind, MetricFamily, Timestamp};
use metrics_core::registry::Definition;
use metrics_core::{Counter, DynamicFamily, DynamicLabels, Registry};
use metrics_exposition::push::Options;
use metrics_exposition::text;
use metrics_exposition::textfile::{self, Textfile};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, SystemTime};

fn registry(jobs: u64) -> Registry {
    let registry = Registry::new();
    let counter = Arc::new(Counter::new());
    counter.inc_by(jobs);
    registry.register(Definition::new("jobs", "Jobs done."), counter).unwrap();
    registry
}

/// A page of half a megabyte.
fn large(registry: &Registry) {
    let series = DynamicFamily::<Counter>::new(&DynamicLabels::new(["number"]));
    for number in 0..10_000 {
        series.with(&[&number.to_string()]).unwrap().inc_by(number);
    }
    registry.register(Definition::new("large", "Large."), Arc::new(series)).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_written_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.prom");
    for jobs in [1, 2] {
        let registry = registry(jobs);
        textfile::write(&path, &registry).unwrap();
        assert_eq!(fs::read(&path).unwrap(), text::generate_latest(&registry));
    }
    assert_eq!(names(folder.path()), ["shop.prom"]);
}

#[test]
fn what_a_crash_left_is_removed_when_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.prom");
    let abandoned = ".shop.prom.0123456789abcdef.tmp";
    let others = [
        ".shop.prom.0123456789abcdeg.tmp",
        ".shop.prom.0123456789abcde.tmp",
        ".shop.prom.0123456789abcdef.tmp.bak",
        ".other.prom.0123456789abcdef.tmp",
        "shop.prom.0123456789abcdef.tmp",
    ];
    let hour = Duration::from_secs(3_601);
    for name in others.into_iter().chain([abandoned]) {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        file.set_modified(SystemTime::now() - hour).unwrap();
    }
    // Of a writer that is not done.
    let recent = ".shop.prom.fedcba9876543210.tmp";
    fs::write(folder.path().join(recent), "# HELP").unwrap();
    textfile::write(&path, &registry(1)).unwrap();
    let mut expected: Vec<_> = others.into_iter().chain([recent, "shop.prom"]).map(str::to_owned).collect();
    expected.sort();
    assert_eq!(names(folder.path()), expected);
}

#[test]
fn readers_see_whole_files_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.prom");
    let registry = registry(1);
    large(&registry);
    let page = text::generate_latest(&registry);
    textfile::write(&path, &registry).unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !is_done.load(Relaxed) {
                        assert!(fs::read(&path).unwrap() == page);
                    }
                })
            })
            .collect();
        let writers: Vec<_> =
            (0..2).map(|_| scope.spawn(|| (0..20).for_each(|_| textfile::write(&path, &registry).unwrap()))).collect();
        let written: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_done.store(true, Relaxed);
        assert!(
            written
                .into_iter()
                .chain(readers.into_iter().map(thread::ScopedJoinHandle::join))
                .all(|joined| joined.is_ok())
        );
    });
    assert_eq!(names(folder.path()), ["shop.prom"]);
}

#[test]
fn permissions_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.prom");
    let ordinary = folder.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    textfile::write(&path, &registry(1)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode(), fs::metadata(&ordinary).unwrap().mode());

    for mode in [0o640, 0o400, 0o664] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        textfile::write(&path, &registry(2)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, mode);
    }
    // Only root may.
    if chown(&path, Some(4711), Some(4712)).is_ok() {
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        textfile::write(&path, &registry(3)).unwrap();
        let kept = fs::metadata(&path).unwrap();
        assert_eq!((kept.uid(), kept.gid(), kept.mode() & 0o7777), (4711, 4712, 0o640));
    }
}

#[test]
fn a_link_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let (link, elsewhere) = (folder.path().join("link.prom"), folder.path().join("elsewhere"));
    fs::create_dir(&elsewhere).unwrap();
    textfile::write(elsewhere.join("real"), &registry(1)).unwrap();
    symlink("elsewhere/real", &link).unwrap();
    textfile::write(&link, &registry(2)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(elsewhere.join("real")).unwrap().ends_with("jobs_total 2\n"));
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/shop.prom");
    let error = textfile::write(&missing, &registry(1)).unwrap_err();
    assert!(error.to_string().starts_with(&format!("{}: No such file", missing.display())), "{error}");
    assert_eq!(textfile::write("/", &registry(1)).unwrap_err().to_string(), "/: it names no file");
    fs::create_dir(folder.path().join("folder")).unwrap();
    assert!(textfile::write(folder.path().join("folder"), &registry(1)).is_err());
    assert_eq!(names(folder.path()), ["folder"], "what was begun is removed");
}

#[test]
fn times_are_left_out() {
    let registry = Registry::new();
    registry
        .register_collector(Arc::new(|| {
            let mut family = MetricFamily::new("old", "Of yesterday.", Kind::Gauge).unwrap();
            family.add_sample("old", &[], 3, Some(Timestamp::from_nanos(5)), None, None).unwrap();
            let mut other = GaugeMetricFamily::new("other", "Of the day before.", []).unwrap();
            other.add_metric([], GaugePoint::from(4.5)).unwrap();
            vec![family, other.into()]
        }))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.prom");
    textfile::write(&path, &registry).unwrap();
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("\nold 3\n") && page.contains("\nother 4.5\n"), "{page}");
}

#[test]
fn it_is_kept_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.prom");
    let registry = Registry::new();
    let counter = Arc::new(Counter::new());
    registry.register(Definition::new("jobs", "Jobs done."), Arc::clone(&counter)).unwrap();
    let pushing = Textfile::new(&path, &registry).start(Options::new().interval(Duration::from_millis(1))).unwrap();
    for jobs in 1..4 {
        counter.inc();
        let expected = format!("jobs_total {jobs}\n");
        while !fs::read_to_string(&path).is_ok_and(|page| page.ends_with(&expected)) {
            thread::yield_now();
        }
    }
    counter.inc();
    pushing.stop().unwrap();
    assert!(fs::read_to_string(&path).unwrap().ends_with("jobs_total 4\n"));
}

/// Writes a large page, in a process of its own that [`on`] starts.
#[test]
#[ignore = "started by others"]
fn write_a_large_page() {
    let Some(path) = std::env::var_os("METRICS_TEXTFILE") else { return };
    let registry = registry(2);
    large(&registry);
    println!(
        "wrote: {}",
        textfile::write(path, &registry).map_or_else(|error| error.to_string(), |()| "all".to_owned())
    );
}

/// What [`write_a_large_page`] said when a shell had done `before`; `None`: it did not get so far.
fn on(path: &Path, before: &str) -> Option<String> {
    let output = Command::new("sh")
        .args(["-c", &format!("{before} && exec \"$0\" --exact write_a_large_page --ignored --nocapture")])
        .arg(std::env::current_exe().unwrap())
        .env("METRICS_TEXTFILE", path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().find_map(|line| line.split_once("wrote: ")).map(|(_, result)| result.to_owned())
}

#[test]
fn a_file_that_may_not_grow_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.prom");
    textfile::write(&path, &registry(1)).unwrap();
    // Without the signal, so that writing fails.
    let said = on(&path, "trap '' XFSZ && ulimit -f 64").unwrap();
    assert!(said.contains("File too large"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), text::generate_latest(&registry(1)));
    assert_eq!(names(folder.path()), ["shop.prom"]);
    assert_eq!(on(&path, "true").unwrap(), "all", "with room, the same succeeds");
}

/// On a disk of 64 KiB, which takes the right to mount one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    textfile::write(folder.path().join("old"), &registry(1)).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=64k none {disk} && cp {old} {disk}/shop.prom && \"$0\" --exact write_a_large_page --ignored \
         --nocapture && ls -A {disk} && cat {disk}/shop.prom",
        disk = disk.display(),
        old = folder.path().join("old").display(),
    );
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("METRICS_TEXTFILE", disk.join("shop.prom"))
        .output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let Some((_, said)) = said.split_once("wrote: ") else {
        eprintln!("SKIPPED: no disk can be mounted here");
        return;
    };
    let old = String::from_utf8(text::generate_latest(&registry(1))).unwrap();
    assert!(said.contains("No space left on device"), "{said}");
    assert!(said.ends_with(&format!("\nshop.prom\n{old}")), "{said}");
}
