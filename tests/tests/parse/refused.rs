//! Pages that OpenMetrics forbids, one rule each, and what the parser says of them. After a change that is meant, run
//! with `UPDATE_GOLDEN=1` and read the difference.

use metrics_exposition::parse::openmetrics;
use std::fs;
use std::path::Path;

#[test]
fn each_page_is_refused_with_its_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse/refused");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let (mut pages, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let expected = path.with_extension("err");
        if path.extension().is_some_and(|extension| extension == "err") {
            assert!(path.with_extension("om").exists(), "{} is of no page", path.display());
            continue;
        }
        pages += 1;
        let page = fs::read(&path).unwrap();
        let Some(error) = openmetrics::parse(&page).find_map(Result::err) else {
            wrong.push(format!("{} is accepted", path.display()));
            continue;
        };
        let said = format!("{:?}\n{error}\n", error.fault());
        if update {
            fs::write(&expected, said).unwrap();
        } else if fs::read_to_string(&expected).ok().as_ref() != Some(&said) {
            wrong.push(format!("{}: {said}", path.display()));
        }
        // Byte by byte it is the same.
        let reader = std::io::BufReader::with_capacity(1, &page[..]);
        let again = openmetrics::read(reader, Default::default()).find_map(Result::err);
        assert_eq!(again.as_ref(), Some(&error), "{}", path.display());
    }
    assert!(pages > 150, "found the pages");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
