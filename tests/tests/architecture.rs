//! Holds the table of ARCHITECTURE.md against the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// `use crate::{LabelSet, …}`: the derives, from where users get them.
const DERIVES: &str = "";

/// Modules of metrics-core and what each may import, itself aside.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("sync", &[]),
    ("report", &[]),
    ("describe", &[]),
    ("name", &["describe"]),
    ("label", &["name"]),
    ("model", &["describe", "label", "name"]),
    ("cell", &["sync"]),
    ("metric", &["cell", "label", "model", "name", "report"]),
    ("collector", &["metric", "model"]),
    ("registry", &["cell", "collector", "label", "metric", "model", "name", "report"]),
    ("timed", &["label", "metric", "model", "registry", "LabelValue"]),
    ("self_metrics", &["cell", "collector", "metric", "registry", "timed", "private", "__entry", DERIVES]),
    ("compiled", &["metric", "model", DERIVES]),
    ("testing", &["model", "Registry"]),
];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn imports_go_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metrics-core/src");
    let mut all = Vec::new();
    files(&src, &mut all);
    assert!(all.len() > 30, "found the sources");
    for path in all {
        let relative = path.strip_prefix(&src).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        // What a macro names, its user imports.
        let code = code.take_while(|line| !line.contains("#[cfg(test)]")).filter(|line| !line.contains("$crate"));
        for name in code.flat_map(|line| line.split("crate::").skip(1)) {
            let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            let fine = name == module || allowed.contains(&name);
            assert!(fine, "{}: `{module}` may not import `{name}`", relative.display());
        }
    }
}

#[test]
fn files_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = Vec::new();
    for folder in [
        "metrics-core/src",
        "metrics-core/entries",
        "metrics-derive/src",
        "metrics-exposition/src",
        "examples",
        "tests",
    ] {
        files(&root.join(folder), &mut all);
    }
    for path in all {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{}: {lines} lines", path.display());
    }
}
