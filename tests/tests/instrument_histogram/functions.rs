//! Plain functions of all signatures, and the attribute's options.

use super::{block_on, calls};
use metrics_core::testing::sample_value;
use metrics_core::{Registry, instrument_histogram};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[instrument_histogram]
fn nothing() {}

#[instrument_histogram]
fn add(a: u32, b: u32) -> u32 {
    if a == 0 {
        return b;
    }
    a + b
}

#[test]
fn plain_functions() {
    nothing();
    assert_eq!(calls(module_path!(), "nothing"), [1, 0, 0, 0]);
    assert_eq!((add(0, 1), add(1, 1), add(2, 1)), (1, 2, 3));
    assert_eq!(calls(module_path!(), "add"), [3, 0, 0, 0]);
}

#[instrument_histogram]
fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number: u32 = text.parse()?;
    Ok(number)
}

#[instrument_histogram]
fn read(fail: bool) -> std::io::Result<()> {
    if fail {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    Ok(())
}

type Answer<T> = Result<T, Box<dyn std::error::Error>>;

#[instrument_histogram]
fn boxed(text: &str) -> Answer<Box<dyn Display>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(Box::new(text.parse::<u8>()?))
}

#[test]
fn results_by_whatever_name() {
    assert!(parse("1").is_ok() && parse("x").is_err());
    assert_eq!(calls(module_path!(), "parse"), [1, 1, 0, 0]);
    assert!(read(false).is_ok() && read(true).is_err());
    assert_eq!(calls(module_path!(), "read"), [1, 1, 0, 0]);
    assert!(boxed("1").is_ok() && boxed("x").is_err() && boxed("").is_err());
    assert_eq!(calls(module_path!(), "boxed"), [1, 2, 0, 0]);
}

mod named_result {
    use super::*;

    #[derive(Debug)]
    pub(super) struct Result(pub(super) bool);

    #[instrument_histogram]
    pub(super) fn own_type() -> Result {
        Result(false)
    }

    #[instrument_histogram]
    pub(super) fn generic<R>(value: R) -> R {
        value
    }
}

#[test]
fn what_is_no_result_is_ok() {
    assert!(!named_result::own_type().0);
    assert_eq!(calls(module_path!(), "named_result::own_type"), [1, 0, 0, 0]);
    let _: Result<(), ()> = named_result::generic(Err(()));
    assert_eq!(calls(module_path!(), "named_result::generic"), [1, 0, 0, 0]);
}

#[instrument_histogram]
fn panics(now: bool) -> u32 {
    assert!(!now, "as asked");
    1
}

#[instrument_histogram]
fn never() -> ! {
    panic!("as asked")
}

#[test]
fn panics_are_counted_and_go_on() {
    assert!(catch_unwind(|| panics(true)).is_err());
    assert_eq!(panics(false), 1);
    assert_eq!(calls(module_path!(), "panics"), [1, 0, 1, 0]);
    assert!(catch_unwind(|| never()).is_err());
    assert_eq!(calls(module_path!(), "never"), [0, 0, 1, 0]);
}

#[instrument_histogram]
fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * factorial(n - 1) }
}

#[test]
fn recursion_counts_each_call() {
    assert_eq!(factorial(4), 24);
    assert_eq!(calls(module_path!(), "factorial"), [5, 0, 0, 0]);
}

#[instrument_histogram]
fn iterate(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[instrument_histogram]
fn try_iterate(n: u8) -> Result<impl Iterator<Item = u8>, String> {
    if n == 0 {
        return Err("none".to_owned());
    }
    Ok(0..n)
}

#[instrument_histogram]
fn wide(a: &str, b: impl Fn(&str) -> usize) -> usize {
    b(a)
}

#[instrument_histogram]
unsafe extern "C" fn foreign(pointer: *const u32) -> u32 {
    #![allow(clippy::missing_safety_doc)]
    #[allow(unsafe_code)]
    // SAFETY: the test passes a reference.
    unsafe {
        *pointer
    }
}

#[test]
fn signatures_of_all_kinds() {
    assert_eq!(iterate(3).sum::<u8>(), 3);
    assert_eq!(calls(module_path!(), "iterate"), [1, 0, 0, 0]);
    assert!(try_iterate(0).is_err());
    assert_eq!(try_iterate(2).map(Iterator::count), Ok(2));
    assert_eq!(calls(module_path!(), "try_iterate"), [1, 1, 0, 0]);
    assert_eq!(wide("abc", str::len), 3);
    assert_eq!(calls(module_path!(), "wide"), [1, 0, 0, 0]);
    #[allow(unsafe_code)]
    // SAFETY: reads through a reference.
    let read = unsafe { foreign(&5) };
    assert_eq!(read, 5);
    assert_eq!(calls(module_path!(), "foreign"), [1, 0, 0, 0]);
}

macro_rules! function_of {
    ($name:ident, $ty:ty, $body:block) => {
        #[instrument_histogram]
        fn $name() -> $ty $body
    };
}

function_of!(from_a_macro, Result<(), ()>, { Err(()) });

#[test]
fn functions_made_by_a_macro() {
    assert!(from_a_macro().is_err());
    assert_eq!(calls(module_path!(), "from_a_macro"), [0, 1, 0, 0]);
}

struct Noisy<'a>(&'a mut Vec<&'static str>);

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.0.push("dropped");
    }
}

#[instrument_histogram]
fn moves_all(noisy: Noisy<'_>, (a, mut b): (u8, u8), _: u8) -> u8 {
    noisy.0.push("used");
    b += a;
    b
}

#[test]
fn arguments_are_moved_into_the_body() {
    let mut log = Vec::new();
    assert_eq!(moves_all(Noisy(&mut log), (1, 2), 0), 3);
    assert_eq!(log, ["used", "dropped"]);
}

const BOUNDS: [f64; 2] = [0.5, 60.0];

#[instrument_histogram(
    name = "instrument_test",
    help = "Of the test.",
    buckets = BOUNDS,
    const_labels(part = "options")
)]
fn with_options() -> Result<(), ()> {
    Err(())
}

#[instrument_histogram(name = "instrument_test_latency_seconds", buckets = [1.0])]
async fn with_unit() {}

#[test]
fn options() {
    assert!(with_options().is_err());
    let labels = [("function", concat!(module_path!(), "::with_options")), ("part", "options"), ("outcome", "error")];
    assert_eq!(sample_value(Registry::global(), "instrument_test_seconds_count", &labels), Some(1.0));
    let bucket = [&labels[..], &[("le", "60.0")]].concat();
    assert_eq!(sample_value(Registry::global(), "instrument_test_seconds_bucket", &bucket), Some(1.0));
    let desc = Registry::global().descs().into_iter().find(|desc| desc.name == "instrument_test_seconds").unwrap();
    assert_eq!(desc.help, "Of the test.");
    assert_eq!(desc.location.file, file!());

    block_on(with_unit());
    let labels = [("function", concat!(module_path!(), "::with_unit")), ("outcome", "ok")];
    assert_eq!(sample_value(Registry::global(), "instrument_test_latency_seconds_count", &labels), Some(1.0));
}

#[test]
fn one_observation_at_a_time_in_each_thread() {
    #[instrument_histogram]
    fn threaded(n: u32) -> Option<u32> {
        n.checked_sub(1)
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..1_000 {
                    let _ = catch_unwind(AssertUnwindSafe(|| threaded(n)));
                }
            });
        }
    });
    assert_eq!(calls(module_path!(), "one_observation_at_a_time_in_each_thread::threaded"), [4_000, 0, 0, 0]);
}
