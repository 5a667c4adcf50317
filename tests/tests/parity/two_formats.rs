#[path = "../../../examples/two_formats.rs"]
#[allow(dead_code, reason = "its main function")]
mod example;

use example::{registry, side_by_side};
use metrics_exposition::{openmetrics, text};

#[test]
fn one_registry_in_both_text_formats() {
    let shown = side_by_side(&registry().unwrap(), &text::FORMAT, &openmetrics::FORMAT);
    assert_eq!(shown, include_str!("two_formats.txt"));
}
