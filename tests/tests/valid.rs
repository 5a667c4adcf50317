//! The test that the README tells users to write, in a program without a mistake.

#[test]
fn metrics_are_valid() {
    metrics_core::testing::assert_valid();
}

/// In a documentation test, a function with `#[test]` is not even compiled.
#[test]
fn the_readme_shows_that_test() {
    let here = include_str!("valid.rs");
    let test: String =
        here.lines().skip_while(|line| *line != "#[test]").take(4).map(|line| format!("{line}\n")).collect();
    assert!(test.ends_with("}\n"), "{test}");
    assert!(include_str!("../../README.md").contains(&format!("```rust\n{test}```")), "the README has no\n{test}");
    let documented = format!("/// {}", test.trim_end().replace('\n', "\n/// "));
    assert!(
        include_str!("../../metrics-core/src/testing.rs").contains(&documented),
        "the documentation has no\n{test}"
    );
}
