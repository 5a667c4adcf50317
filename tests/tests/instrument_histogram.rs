//! `#[instrument_histogram]`: however a call ends, it is observed once, with the right outcome.

use metrics_core::testing::{sample_value, samples};
use metrics_core::{Registry, instrument_histogram};
use std::fmt::Display;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

const OUTCOMES: [&str; 4] = ["ok", "error", "panic", "cancelled"];

/// How often a function ended in each of [`OUTCOMES`].
fn calls(function: &str) -> [u32; 4] {
    OUTCOMES.map(|outcome| {
        let function = format!("instrument_histogram::{function}");
        let labels = [("function", function.as_str()), ("outcome", outcome)];
        let count = sample_value(Registry::global(), "function_duration_seconds_count", &labels);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few calls")]
        count.map_or(0, |count| count as u32)
    })
}

/// Polls until the future is done.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = poll(future.as_mut()) {
            return value;
        }
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Is pending once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

fn is_send<T: Send>(value: T) -> T {
    value
}

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
    assert_eq!(calls("nothing"), [1, 0, 0, 0]);
    assert_eq!((add(0, 1), add(1, 1), add(2, 1)), (1, 2, 3));
    assert_eq!(calls("add"), [3, 0, 0, 0]);
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
    assert_eq!(calls("parse"), [1, 1, 0, 0]);
    assert!(read(false).is_ok() && read(true).is_err());
    assert_eq!(calls("read"), [1, 1, 0, 0]);
    assert!(boxed("1").is_ok() && boxed("x").is_err() && boxed("").is_err());
    assert_eq!(calls("boxed"), [1, 2, 0, 0]);
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
    assert_eq!(calls("named_result::own_type"), [1, 0, 0, 0]);
    let _: Result<(), ()> = named_result::generic(Err(()));
    assert_eq!(calls("named_result::generic"), [1, 0, 0, 0]);
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
    assert_eq!(calls("panics"), [1, 0, 1, 0]);
    assert!(catch_unwind(|| never()).is_err());
    assert_eq!(calls("never"), [0, 0, 1, 0]);
}

#[instrument_histogram]
fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * factorial(n - 1) }
}

#[test]
fn recursion_counts_each_call() {
    assert_eq!(factorial(4), 24);
    assert_eq!(calls("factorial"), [5, 0, 0, 0]);
}

struct Cart {
    items: Vec<String>,
}

struct Basket<T>(T);

trait Checkout {
    fn checkout(self) -> Result<usize, String>;

    #[instrument_histogram]
    fn provided(&self) -> u32 {
        7
    }
}

impl Cart {
    #[instrument_histogram]
    fn first(&self) -> Option<&str> {
        Some(self.items.first()?)
    }

    #[instrument_histogram]
    fn last_mut(&mut self) -> Option<&mut String> {
        self.items.last_mut()
    }

    #[instrument_histogram]
    async fn push(&mut self, item: impl Into<String>) -> &mut Self {
        pause().await;
        self.items.push(item.into());
        self
    }

    #[instrument_histogram]
    fn new() -> Self {
        Self { items: Vec::new() }
    }
}

impl Checkout for Cart {
    #[instrument_histogram]
    fn checkout(self) -> Result<usize, String> {
        if self.items.is_empty() { Err("empty".to_owned()) } else { Ok(self.items.len()) }
    }
}

impl<T: Display + Clone> Basket<T> {
    #[instrument_histogram]
    fn first<'a, U>(&'a self, mut extra: U) -> (String, &'a T, U)
    where
        U: Clone + Default,
    {
        extra.clone_from(&U::default());
        (self.0.to_string(), &self.0, extra)
    }
}

#[test]
fn methods_of_one_name_are_told_apart() {
    let mut cart = Cart::new();
    block_on(is_send(cart.push("a")));
    cart.last_mut().unwrap().push('b');
    assert_eq!(cart.first(), Some("ab"));
    assert_eq!(cart.first(), Some("ab"));
    assert_eq!(cart.provided(), 7);
    assert_eq!(cart.checkout(), Ok(1));
    assert!(Cart::new().checkout().is_err());
    let basket = Basket(3);
    assert_eq!(basket.first(9u8), ("3".to_owned(), &3, 0));
    assert_eq!(calls("Cart::new"), [2, 0, 0, 0]);
    assert_eq!(calls("Cart::push"), [1, 0, 0, 0]);
    assert_eq!(calls("Cart::first"), [2, 0, 0, 0]);
    assert_eq!(calls("Cart::last_mut"), [1, 0, 0, 0]);
    let functions: Vec<String> = samples(Registry::global())
        .into_iter()
        .filter(|sample| sample.name == "function_duration_seconds_count")
        .map(|sample| sample.labels[0].1.clone())
        .collect();
    for part in ["Cart as ", "Checkout::provided", "Basket<"] {
        assert!(functions.iter().any(|function| function.contains(part)), "{part} in {functions:#?}");
    }
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
    assert_eq!(calls("iterate"), [1, 0, 0, 0]);
    assert!(try_iterate(0).is_err());
    assert_eq!(try_iterate(2).map(Iterator::count), Ok(2));
    assert_eq!(calls("try_iterate"), [1, 1, 0, 0]);
    assert_eq!(wide("abc", str::len), 3);
    assert_eq!(calls("wide"), [1, 0, 0, 0]);
    #[allow(unsafe_code)]
    // SAFETY: reads through a reference.
    let read = unsafe { foreign(&5) };
    assert_eq!(read, 5);
    assert_eq!(calls("foreign"), [1, 0, 0, 0]);
}

#[instrument_histogram]
async fn fetch(text: &str) -> Result<Box<dyn Display + Send>, Box<dyn std::error::Error + Send + Sync>> {
    pause().await;
    if text.is_empty() {
        return Err("empty".into());
    }
    let number: u32 = text.parse()?;
    pause().await;
    Ok(Box::new(number))
}

#[instrument_histogram]
async fn unit() {
    pause().await;
}

#[instrument_histogram]
async fn opaque(n: u8) -> impl Iterator<Item = u8> {
    pause().await;
    0..n
}

#[test]
fn async_functions() {
    assert!(block_on(is_send(fetch("1"))).is_ok());
    assert!(block_on(fetch("x")).is_err());
    assert!(block_on(fetch("")).is_err());
    assert_eq!(calls("fetch"), [1, 2, 0, 0]);
    block_on(unit());
    assert_eq!(calls("unit"), [1, 0, 0, 0]);
    assert_eq!(block_on(opaque(3)).count(), 3);
    assert_eq!(calls("opaque"), [1, 0, 0, 0]);
}

#[instrument_histogram]
async fn waits_forever() {
    std::future::pending::<()>().await;
}

#[instrument_histogram]
async fn ends_in_panic() -> Result<(), ()> {
    pause().await;
    panic!("as asked")
}

#[instrument_histogram]
async fn never_ends() -> ! {
    loop {
        pause().await;
    }
}

#[test]
fn dropped_futures_are_cancelled() {
    let mut future = Box::pin(waits_forever());
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(calls("waits_forever"), [0; 4], "still running");
    drop(future);
    assert_eq!(calls("waits_forever"), [0, 0, 0, 1]);
    drop(waits_forever());
    assert_eq!(calls("waits_forever"), [0, 0, 0, 1], "never polled, never begun");

    let mut future = Box::pin(never_ends());
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(calls("never_ends"), [0, 0, 0, 1]);
}

#[test]
fn a_panic_inside_of_poll_is_a_panic() {
    assert!(catch_unwind(|| block_on(ends_in_panic())).is_err());
    assert_eq!(calls("ends_in_panic"), [0, 0, 1, 0]);
}

#[instrument_histogram]
async fn bystander() {
    std::future::pending::<()>().await;
}

#[test]
fn a_future_dropped_by_anothers_panic_was_cancelled() {
    let unwound = catch_unwind(|| {
        let mut future = Box::pin(bystander());
        assert!(poll(future.as_mut()).is_pending());
        panic!("not of the future");
    });
    assert!(unwound.is_err());
    assert_eq!(calls("bystander"), [0, 0, 0, 1]);
}

#[instrument_histogram]
async fn keeps_panicking_neighbour() -> u32 {
    // A panic that is caught inside of the poll is nobody's outcome.
    let caught = catch_unwind(|| panic!("inside"));
    pause().await;
    u32::from(caught.is_err())
}

#[test]
fn a_panic_that_is_caught_inside_does_not_count() {
    assert_eq!(block_on(keeps_panicking_neighbour()), 1);
    assert_eq!(calls("keeps_panicking_neighbour"), [1, 0, 0, 0]);
}

#[instrument_histogram]
fn later(fail: bool) -> impl Future<Output = Result<u8, String>> + Send {
    assert!(!fail, "before there is a future");
    async move {
        pause().await;
        Err("late".to_owned())
    }
}

#[instrument_histogram]
fn borrowed<'a>(text: &'a str) -> impl Future<Output = usize> + use<'a> {
    async { text.len() }
}

#[instrument_histogram]
fn in_a_box<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Result<u32, std::num::ParseIntError>> + Send + 'a>> {
    Box::pin(async move {
        pause().await;
        text.parse()
    })
}

#[test]
fn functions_that_return_a_boxed_future() {
    assert!(block_on(is_send(in_a_box("1"))).is_ok());
    assert!(block_on(in_a_box("x")).is_err());
    let mut future = in_a_box("1");
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(calls("in_a_box"), [1, 1, 0, 1]);
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
    assert_eq!(calls("from_a_macro"), [0, 1, 0, 0]);
}

#[test]
fn functions_that_return_a_future() {
    assert!(block_on(is_send(later(false))).is_err());
    assert_eq!(calls("later"), [0, 1, 0, 0]);
    let mut future = Box::pin(later(false));
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(calls("later"), [0, 1, 0, 1]);
    assert!(catch_unwind(|| drop(later(true))).is_err());
    assert_eq!(calls("later"), [0, 1, 1, 1]);
    assert_eq!(block_on(borrowed("abc")), 3);
    assert_eq!(calls("borrowed"), [1, 0, 0, 0]);
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
    let labels = [("function", "instrument_histogram::with_options"), ("part", "options"), ("outcome", "error")];
    assert_eq!(sample_value(Registry::global(), "instrument_test_seconds_count", &labels), Some(1.0));
    let bucket = [&labels[..], &[("le", "60")]].concat();
    assert_eq!(sample_value(Registry::global(), "instrument_test_seconds_bucket", &bucket), Some(1.0));
    let desc = Registry::global().descs().into_iter().find(|desc| desc.name == "instrument_test_seconds").unwrap();
    assert_eq!(desc.help, "Of the test.");
    assert_eq!(desc.location.file, file!());

    block_on(with_unit());
    let labels = [("function", "instrument_histogram::with_unit"), ("outcome", "ok")];
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
    assert_eq!(calls("one_observation_at_a_time_in_each_thread::threaded"), [4_000, 0, 0, 0]);
}

#[test]
fn the_whole_program_has_no_clash() {
    Registry::global().check().unwrap();
}
