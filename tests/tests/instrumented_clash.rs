//! Functions that give one name share one family, if they agree; a program of its own, as one here does not.

use metrics_core::testing::sample_value;
use metrics_core::{LabelSet, Registry, instrument_histogram};

#[derive(LabelSet)]
struct Queue<'a> {
    queue: &'a str,
}

#[instrument_histogram(name = "shared", buckets = [1.0], labels = Queue { queue: "a" })]
fn one() {}

#[instrument_histogram(name = "shared", buckets = [1.0], labels = Queue { queue })]
fn two(queue: &str) -> usize {
    queue.len()
}

const LINE_OF_THREE: u32 = line!() + 2;
#[instrument_histogram(name = "shared", help = "Something else.", labels = Queue { queue: "a" })]
fn three() {}

#[test]
fn functions_that_agree_share_a_family_and_others_are_told() {
    one();
    assert_eq!(two("b"), 1);
    three();
    let count = |function, queue| {
        let function = format!("{}::{function}", module_path!());
        let labels = [("function", function.as_str()), ("queue", queue), ("outcome", "ok")];
        sample_value(Registry::global(), "shared_seconds_count", &labels)
    };
    assert_eq!((count("one", "a"), count("two", "b"), count("three", "a")), (Some(1.0), Some(1.0), None));
    let families = Registry::global().descs();
    assert_eq!(families.iter().filter(|desc| desc.name == "shared_seconds").count(), 1);
    let clash = Registry::global().check().unwrap_err().to_string();
    let place = |line| format!("{}:{line}:", file!());
    assert!(clash.contains("`shared_seconds`") && clash.contains("help and unit must be the same"), "{clash}");
    assert!(clash.contains(&place(LINE_OF_THREE)) && clash.contains(&place(LINE_OF_THREE - 9)), "{clash}");
}
