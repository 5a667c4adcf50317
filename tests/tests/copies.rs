//! Two versions of `metrics-core` in one program. The second is made here: the sources of this checkout under another
//! version, in a folder of their own, built offline with the dependencies that are there.

use metrics_core::Registry;
use metrics_core::testing::sample_value;
use program::{Folder, checkout, package, stderr};
use std::fs;
use std::path::Path;
use std::process::Command;

mod program;

const HERE: &str = env!("CARGO_PKG_VERSION");
const THERE: &str = "99.0.0";

const LEAF: &str = r#"
    use metrics_core::{Counter, Metrics};

    #[derive(Metrics)]
    #[metrics(prefix = "other")]
    pub struct OtherMetrics {
        /// Calls of this crate.
        pub calls: Counter,
    }
"#;

/// What each copy sees, line by line.
const PROGRAM: &str = r#"
    macro_rules! look {
        ($core:ident) => {
            let (name, registry) = (stringify!($core), $core::Registry::global());
            for sample in $core::testing::samples(registry) {
                println!("{name}: {} {:?} {}", sample.name, sample.labels, sample.value.as_f64());
            }
            println!("{name}: check: {}", registry.check().unwrap_err());
            let missing = $core::Registry::require_crates(&["metrics_leaf", "other_leaf", "absent"]).unwrap_err();
            println!("{name}: missing {:?}: {missing}", missing.names);
        };
    }

    fn main() {
        metrics_leaf::LeafMetrics::global().calls.inc_by(2);
        other_leaf::OtherMetrics::global().calls.inc_by(3);
        look!(here);
        look!(there);
    }
"#;

#[test]
fn each_copy_shows_its_own_and_names_the_other() {
    let folder = Folder::new("two_copies");
    folder.write("other/Cargo.toml", &other_workspace("\"metrics-core\", \"metrics-derive\", \"leaf\""));
    for package in ["metrics-core", "metrics-derive"] {
        let manifest = fs::read_to_string(checkout().join(package).join("Cargo.toml")).unwrap();
        folder.member(package, &manifest);
        folder.copy(&checkout().join(package).join("src"), &format!("other/{package}/src"));
    }
    folder.member("leaf", &format!("{}[dependencies]\nmetrics-core.workspace = true\n", package("other-leaf")));
    folder.write("other/leaf/src/lib.rs", LEAF);
    folder.program(
        PROGRAM,
        &[
            ("here", "metrics-core", &checkout().join("metrics-core")),
            ("metrics-leaf", "metrics-leaf", &checkout().join("tests/leaf")),
            ("there", "metrics-core", Path::new("../other/metrics-core")),
            ("other-leaf", "other-leaf", Path::new("../other/leaf")),
        ],
    );

    for panic in ["unwind", "abort"] {
        let built = folder.cargo("build").env("CARGO_PROFILE_DEV_PANIC", panic).output().unwrap();
        assert!(built.status.success(), "{}", stderr(&built));
        let mut run =
            Command::new(folder.path.join("target/debug/program").with_extension(std::env::consts::EXE_EXTENSION));

        let output = run.output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let page = String::from_utf8(output.stdout.clone()).unwrap();
        let of = |name: &str| -> Vec<&str> { page.lines().filter_map(|line| line.strip_prefix(name)).collect() };
        check_view(&of("here: "), (HERE, "leaf_calls_total [] 2"), (THERE, "other_leaf"));
        check_view(&of("there: "), (THERE, "other_calls_total [] 3"), (HERE, "metrics_leaf"));
        let lines = stderr(&output);
        let lines: Vec<&str> = lines.lines().collect();
        let expected = |n: usize, own, other| {
            assert!(lines[n].starts_with(&format!(
                "metrics: another metrics-core, {other}, is in this program, and this one, {own}, "
            )));
        };
        assert_eq!(lines.len(), 2, "{lines:?}");
        expected(0, HERE, THERE);
        expected(1, THERE, HERE);

        // Nobody reads what it writes to stderr.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let unread = run.stderr(writer).output().unwrap();
        assert!(unread.status.success() && unread.stdout == output.stdout, "{unread:?}");
    }
}

#[track_caller]
fn check_view(lines: &[&str], (own, own_sample): (&str, &str), (other, other_crate): (&str, &str)) {
    let has = |line: &str| assert!(lines.contains(&line), "no {line} in {lines:#?}");
    has(own_sample);
    has(&format!("metrics_core_other_copies [(\"version\", \"{other}\")] 1"));
    let of_leaves = ["leaf_calls_total", "other_calls_total", "metrics_core_other_copies"];
    let samples = lines.iter().filter(|line| of_leaves.iter().any(|name| line.starts_with(name)));
    assert_eq!(samples.count(), 2, "{lines:#?}");
    let foreign = format!(
        "another metrics-core, {other}, is in this program, and this one, {own}, cannot show its metrics of \
         {other_crate}: let all crates depend on one version, from one source (`cargo tree -d` tells which do not)"
    );
    has(&format!("check: {foreign}"));
    let missing = lines.iter().find(|line| line.starts_with("missing [\"absent\"]: ")).expect("one is absent");
    assert!(missing.contains("write `metrics_core::link!(absent);`"), "{missing}");
    assert!(missing.ends_with(&format!("; {foreign}")), "{missing}");
}

/// Copies see each other by `metrics-core-entries`, so cargo refuses a second copy of that.
#[test]
fn cargo_refuses_a_second_source_of_the_entries() {
    let folder = Folder::new("two_entries");
    let entries = fs::read_to_string(checkout().join("metrics-core/entries/Cargo.toml")).unwrap();
    assert!(entries.contains("version = \"1.0.0\""), "{entries}");
    folder.write("other/Cargo.toml", &other_workspace("\"entries\""));
    folder.member("entries", &entries.replace("version = \"1.0.0\"", "version = \"1.0.1\""));
    folder.copy(&checkout().join("metrics-core/entries/build.rs"), "other/entries/build.rs");
    folder.copy(&checkout().join("metrics-core/entries/src"), "other/entries/src");
    folder.program(
        PROGRAM,
        &[
            ("here", "metrics-core-entries", &checkout().join("metrics-core/entries")),
            ("there", "metrics-core-entries", Path::new("../other/entries")),
        ],
    );
    let output = folder.cargo("generate-lockfile").output().unwrap();
    let error = stderr(&output);
    assert!(!output.status.success() && error.contains("may specify the same links value"), "{error}");
}

#[test]
fn one_copy_names_no_other() {
    let registry = Registry::global();
    assert_eq!(registry.check(), Ok(()));
    assert_eq!(sample_value(registry, "metrics_core_other_copies", &[("version", HERE)]), None);
}

/// The workspace's manifest with other members and another version, for what is copied.
fn other_workspace(members: &str) -> String {
    let text = fs::read_to_string(checkout().join("Cargo.toml")).unwrap();
    let old = text.lines().find(|line| line.starts_with("members = ")).unwrap();
    let entries = checkout().join("metrics-core/entries");
    assert!(text.contains("path = \"metrics-core/entries\""), "{text}");
    text.replace(old, &format!("members = [{members}]"))
        .replace("path = \"metrics-core/entries\"", &format!("path = {entries:?}"))
        .replace(&format!("\"{HERE}\""), &format!("\"{THERE}\""))
        .replace(&format!("\"={HERE}\""), &format!("\"={THERE}\""))
}
