#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_core::model::Kind;
use metrics_exposition::multiprocess::merge;
use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

/// What a file of the Python client is about, by its first byte.
const ROLES: [&str; 13] = [
    "counter",
    "histogram",
    "summary",
    "gauge_all",
    "gauge_liveall",
    "gauge_min",
    "gauge_livemin",
    "gauge_max",
    "gauge_livemax",
    "gauge_sum",
    "gauge_livesum",
    "gauge_mostrecent",
    "gauge_livemostrecent",
];

thread_local! {
    static FOLDER: RefCell<PathBuf> = RefCell::new({
        let folder = std::env::temp_dir().join(format!("metrics-fuzz-python-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    });
}

fuzz_target!(|bytes: &[u8]| {
    let Some((role, bytes)) = bytes.split_first() else { return };
    let name = format!("{}_1.db", ROLES[usize::from(*role) % ROLES.len()]);
    let path = FOLDER.with_borrow(|folder| folder.join(name));
    fs::write(&path, bytes).expect("a file");
    let merged = merge([&path], true);
    for counter in merged.families().iter().filter(|family| family.desc().kind == Kind::Counter) {
        assert!(counter.samples().iter().all(|sample| sample.value.as_f64() >= 0.0), "{counter:?}");
    }
    // Another process with the same adds nothing new.
    let (one, two) = (merge([&path], false).samples(), merge([&path, &path], false).samples());
    assert!(
        one.iter()
            .map(|sample| (&sample.name, &sample.labels))
            .eq(two.iter().map(|sample| (&sample.name, &sample.labels)))
    );
    fs::remove_file(&path).expect("it is there");
});
