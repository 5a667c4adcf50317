//! What a mistake looks like to the user: each file in `ui/*/fail` makes the one that it is named by.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Messages are rustc's own in part, so they are compared where they were written down.
const TOOLCHAIN: &str = "rustc 1.95.0 ";

/// Whether this toolchain's messages are the expected ones.
fn is_comparable() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs, as it built this test");
    let version = String::from_utf8_lossy(&output.stdout);
    let is_comparable = version.starts_with(TOOLCHAIN);
    if !is_comparable {
        println!("skipped: the expected messages are those of {TOOLCHAIN}and this is {version}");
    }
    is_comparable
}

// Mistakes by themselves: they are all checked by one `cargo check`. With one file that must pass among them it would be
// two cargo commands for each.
#[test]
fn rustc_names_mistakes() {
    if is_comparable() {
        trybuild::TestCases::new().compile_fail("ui/*/fail/*.rs");
    }
}

#[test]
fn rustc_takes_what_is_none() {
    if is_comparable() {
        trybuild::TestCases::new().pass("ui/*/pass/*.rs");
    }
}

/// A mistake is one error: what follows from it is none of its own. Files with several mistakes begin with how many.
#[test]
fn a_mistake_is_one_error() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let (mut mistakes, mut wrong) = (0, Vec::new());
    for group in fs::read_dir(ui).unwrap() {
        for file in fs::read_dir(group.unwrap().path().join("fail")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "stderr") {
                continue;
            }
            let name = path.file_stem().unwrap().to_str().unwrap();
            let expected = ["two_mistakes", "three_mistakes", "four_mistakes", "five_mistakes"]
                .iter()
                .position(|word| name.starts_with(word))
                .map_or(1, |n| n + 2);
            let errors = fs::read_to_string(&path).unwrap().lines().filter(|line| line.starts_with("error")).count();
            if errors != expected {
                wrong.push(format!("{}: {errors} errors instead of {expected}", path.display()));
            }
            mistakes += expected;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(mistakes > 200, "found the catalogue: {mistakes}");
}
