//! Two versions of one crate in a program, each with the same struct: both are linked, and they clash.

use program::{Folder, package, stderr};
use std::path::Path;

mod program;

const PAYMENTS: &str = r#"
    use metrics_core::{Counter, Metrics};

    #[derive(Metrics)]
    #[metrics(prefix = "payments")]
    pub struct Payments {
        /// Payments made.
        pub made: Counter,
    }
"#;

const PROGRAM: &str = r#"
    fn main() {
        old_payments::Payments::global().made.inc();
        new_payments::Payments::global().made.inc_by(2);
        metrics_core::testing::assert_valid();
    }
"#;

#[test]
fn both_places_are_named() {
    let folder = Folder::new("two_versions");
    for (place, version) in [("old", "1.4.0"), ("new", "2.0.0")] {
        let manifest = package("payments").replace("version = \"0.0.0\"", &format!("version = \"{version}\""));
        let core = program::checkout().join("metrics-core");
        folder.write(
            &format!("{place}/Cargo.toml"),
            &format!("{manifest}[workspace]\n[dependencies]\nmetrics-core = {{ path = {core:?} }}\n"),
        );
        folder.write(&format!("{place}/src/lib.rs"), PAYMENTS);
    }
    folder.program(
        PROGRAM,
        &[
            ("metrics-core", "metrics-core", &program::checkout().join("metrics-core")),
            ("old-payments", "payments", Path::new("../old")),
            ("new-payments", "payments", Path::new("../new")),
        ],
    );
    let built = folder.cargo("build").output().unwrap();
    assert!(built.status.success(), "{}", stderr(&built));
    let program = folder.path.join("target/debug/program").with_extension(std::env::consts::EXE_EXTENSION);
    let output = std::process::Command::new(program).output().unwrap();
    assert!(!output.status.success());

    // The first by its place is exposed.
    let place = |version: &str| format!("{}:8:13", folder.path.join(version).join("src/lib.rs").display());
    let expected = format!(
        "payments::Payments is not exposed: metric `payments_made` at {} clashes with `payments_made` at {}: both have \
         this name and the same constant labels; rename one, or give it `const_labels`, or let all depend on one version \
         if it is a crate that is there in two\n",
        place("old"),
        place("new")
    );
    let lines = stderr(&output);
    assert!(lines.starts_with(&format!("metrics: {expected}")), "{lines}");
    assert!(lines.contains(&format!(":\n{expected}")), "{lines}");
}
