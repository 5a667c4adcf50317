//! The tests that PYTHON.md names exist.

use std::fs;
use std::path::Path;

#[test]
fn each_row_names_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = fs::read_to_string(root.join("PYTHON.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut seen = 0;
    for row in rows {
        let link = row.rsplit_once("](").and_then(|(_, link)| link.strip_suffix(") |"));
        let (path, test) =
            link.and_then(|link| link.split_once('#')).unwrap_or_else(|| panic!("no link to a test: {row}"));
        let source = fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{path} has no test `{test}`");
        seen += 1;
    }
    assert!(seen > 20, "the table was found");
}
