//! What a mistake looks like to the user: each file in `ui/*/fail` makes the one that it is named by.

use std::process::Command;

/// Messages are rustc's own in part, so they are compared where they were written down.
const TOOLCHAIN: &str = "rustc 1.95.0 ";

#[test]
fn mistakes_and_what_is_none() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs, as it built this test");
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(TOOLCHAIN) {
        println!("skipped: the expected messages are those of {TOOLCHAIN}and this is {version}");
        return;
    }
    let tests = trybuild::TestCases::new();
    tests.pass("ui/*/pass/*.rs");
    tests.compile_fail("ui/*/fail/*.rs");
}
