//! Programs of their own, made and built by a test, offline with the dependencies that are there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

pub(crate) fn package(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Where a program is made, beside what it depends on. Kept for the next run, and not written to where nothing
/// changed: cargo goes by times.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        Self { path: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) }
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path.join(file);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn copy(&self, from: &Path, to: &str) {
        if !from.is_dir() {
            return self.write(to, &fs::read_to_string(from).unwrap());
        }
        for entry in fs::read_dir(from).unwrap() {
            let from = entry.unwrap().path();
            self.copy(&from, &format!("{to}/{}", from.file_name().unwrap().to_str().unwrap()));
        }
    }

    /// A package of the other workspace. It says so: cargo would take the one around it, if it has seen that already.
    #[allow(dead_code, reason = "not every program has another workspace beside it")]
    pub(crate) fn member(&self, name: &str, manifest: &str) {
        let manifest = manifest.replace("[package]\n", "[package]\nworkspace = \"..\"\n");
        self.write(&format!("other/{name}/Cargo.toml"), &manifest);
    }

    /// A program of its own workspace, by the names of its dependencies, their packages and places.
    pub(crate) fn program(&self, source: &str, dependencies: &[(&str, &str, &Path)]) {
        let mut manifest = format!("{}[workspace]\n[dependencies]\n", package("program"));
        for (name, package, path) in dependencies {
            manifest += &format!("{name} = {{ package = \"{package}\", path = {path:?} }}\n");
        }
        self.write("program/Cargo.toml", &manifest);
        self.write("program/src/main.rs", source);
        self.copy(&checkout().join("Cargo.lock"), "program/Cargo.lock");
    }

    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(self.path.join("program")).args([command, "--offline"]);
        cargo.env("CARGO_TARGET_DIR", self.path.join("target")).env_remove("CARGO_BUILD_TARGET");
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
        cargo
    }
}
