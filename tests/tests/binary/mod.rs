//! Programs of `metrics-exposition`, as processes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Built as a user builds it, beside this test.
pub(crate) fn build(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo.args(["build", "--locked", "--message-format=json", "--quiet", "-p", "metrics-exposition"]);
    let built = cargo.args(["--features", "cli", "--bin", name]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let messages = String::from_utf8(built.stdout).unwrap();
    let path = messages.lines().find_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
    path.expect("cargo says where the program is").into()
}
