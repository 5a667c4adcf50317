//! Async functions and functions that return a future: done, failed, panicked, dropped.

use super::{block_on, calls, is_send, pause, poll};
use metrics_core::instrument_histogram;
use std::fmt::Display;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;

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
    assert_eq!(calls(module_path!(), "fetch"), [1, 2, 0, 0]);
    block_on(unit());
    assert_eq!(calls(module_path!(), "unit"), [1, 0, 0, 0]);
    assert_eq!(block_on(opaque(3)).count(), 3);
    assert_eq!(calls(module_path!(), "opaque"), [1, 0, 0, 0]);
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
    assert_eq!(calls(module_path!(), "waits_forever"), [0; 4], "still running");
    drop(future);
    assert_eq!(calls(module_path!(), "waits_forever"), [0, 0, 0, 1]);
    drop(waits_forever());
    assert_eq!(calls(module_path!(), "waits_forever"), [0, 0, 0, 1], "never polled, never begun");

    let mut future = Box::pin(never_ends());
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(calls(module_path!(), "never_ends"), [0, 0, 0, 1]);
}

#[test]
fn a_panic_inside_of_poll_is_a_panic() {
    assert!(catch_unwind(|| block_on(ends_in_panic())).is_err());
    assert_eq!(calls(module_path!(), "ends_in_panic"), [0, 0, 1, 0]);
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
    assert_eq!(calls(module_path!(), "bystander"), [0, 0, 0, 1]);
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
    assert_eq!(calls(module_path!(), "keeps_panicking_neighbour"), [1, 0, 0, 0]);
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
    assert_eq!(calls(module_path!(), "in_a_box"), [1, 1, 0, 1]);
}

#[test]
fn functions_that_return_a_future() {
    assert!(block_on(is_send(later(false))).is_err());
    assert_eq!(calls(module_path!(), "later"), [0, 1, 0, 0]);
    let mut future = Box::pin(later(false));
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(calls(module_path!(), "later"), [0, 1, 0, 1]);
    assert!(catch_unwind(|| drop(later(true))).is_err());
    assert_eq!(calls(module_path!(), "later"), [0, 1, 1, 1]);
    assert_eq!(block_on(borrowed("abc")), 3);
    assert_eq!(calls(module_path!(), "borrowed"), [1, 0, 0, 0]);
}
