//! What is skipped, what is an error, what is counted besides.

use super::{block_on, calls, is_send, pause, poll};
use metrics_core::testing::sample_value;
use metrics_core::{
    Counter, Ended, Family, Gauge, Histogram, LabelSet, Metrics, Outcome, Registry, instrument_histogram,
};
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;

#[derive(LabelSet)]
struct Queue<'a> {
    queue: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "classes")]
struct Shop {
    /// Time to look up.
    #[metric(unit = Seconds)]
    lookup: Histogram,
    /// Lookups that failed.
    errors: Counter,
    /// Messages that failed, by queue.
    failed: Family<Queue<'static>, Counter>,
    /// Lookups in progress.
    in_progress: Gauge<i64>,
    /// Messages in progress, by queue.
    messages: Family<Queue<'static>, Gauge<i64>>,
}

fn found(value: &Option<u32>) -> Ended {
    match value {
        Some(0) | None => Ended::Error,
        Some(_) => Ended::Ok,
    }
}

#[instrument_histogram(outcome = found)]
fn find(key: u32) -> Option<u32> {
    key.checked_sub(1)
}

#[instrument_histogram(outcome = |tries: &Result<u8, u8>| if *tries == Err(0) { Ended::Cancelled } else { Ended::Ok })]
async fn attempt(tries: u8) -> Result<u8, u8> {
    pause().await;
    if tries == 0 { Err(tries) } else { Ok(tries) }
}

#[test]
fn any_type_can_be_classified() {
    assert_eq!([find(0), find(1), find(2)], [None, Some(0), Some(1)]);
    assert_eq!(calls(module_path!(), "find"), [1, 2, 0, 0]);
    assert_eq!(block_on(is_send(attempt(0))), Err(0));
    assert_eq!(block_on(attempt(1)), Ok(1));
    assert_eq!(calls(module_path!(), "attempt"), [1, 0, 0, 1]);
}

fn is_cached(outcome: Outcome<'_, Option<u32>>) -> bool {
    matches!(outcome, Outcome::Returned(Some(_)))
}

#[instrument_histogram(skip_on = is_cached)]
fn cached(key: u32) -> Option<u32> {
    assert!(key < 10, "as asked");
    key.checked_sub(1)
}

#[instrument_histogram(
    into = Shop::global().lookup,
    skip_on = |outcome| matches!(outcome, Outcome::Cancelled),
    count_errors = Shop::global().errors,
    outcome = found
)]
async fn look_up(key: u32) -> Option<u32> {
    pause().await;
    assert!(key < 10, "as asked");
    key.checked_sub(1)
}

#[test]
fn what_is_skipped_is_not_observed() {
    let results = [cached(0), cached(1), cached(2)];
    assert_eq!(results, [None, Some(0), Some(1)]);
    assert!(catch_unwind(|| cached(10)).is_err());
    assert_eq!(calls(module_path!(), "cached"), [1, 0, 1, 0]);

    for key in [0, 1, 2] {
        block_on(is_send(look_up(key)));
    }
    assert!(catch_unwind(|| block_on(look_up(10))).is_err());
    let mut dropped = Box::pin(look_up(0));
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(sample_value(Registry::global(), "classes_lookup_seconds_count", &[]), Some(4.0));
    assert_eq!(Shop::global().errors.get(), 3, "none, zero and a panic");
}

#[instrument_histogram(
    name = "classes_consume",
    labels = Queue { queue },
    count_errors = Shop::global().failed.with(&Queue { queue }),
    track_in_progress = Shop::global().messages.with(&Queue { queue })
)]
async fn consume(queue: &str, fail: bool) -> Result<(), String> {
    assert_eq!(Shop::global().messages.with(&Queue { queue }).get(), 1);
    pause().await;
    if fail { Err("no".to_owned()) } else { Ok(()) }
}

#[instrument_histogram(track_in_progress = Shop::global().in_progress)]
fn nested(depth: i64) -> i64 {
    if depth == 0 { Shop::global().in_progress.get() } else { nested(depth - 1) }
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<u8, u8>> + Send + 'a>>;

#[instrument_histogram(future, count_errors = Shop::global().failed.with(&Queue { queue: "alias" }))]
fn by_alias<'a>(value: &'a u8) -> Answer<'a> {
    Box::pin(async move {
        pause().await;
        Err(*value)
    })
}

trait Later: Future<Output = u8> + Send {}

impl<F: Future<Output = u8> + Send> Later for F {}

#[instrument_histogram(future)]
fn by_a_trait(value: u8) -> impl Later {
    async move {
        pause().await;
        value
    }
}

#[test]
fn futures_that_do_not_look_like_it() {
    let mut dropped = by_alias(&1);
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(block_on(is_send(by_alias(&2))), Err(2));
    assert_eq!(calls(module_path!(), "by_alias"), [0, 1, 0, 1]);
    assert_eq!(Shop::global().failed.with(&Queue { queue: "alias" }).get(), 1);
    assert_eq!(block_on(is_send(by_a_trait(3))), 3);
    drop(by_a_trait(3));
    assert_eq!(calls(module_path!(), "by_a_trait"), [1, 0, 0, 0]);
}

#[test]
fn what_is_in_progress_and_what_failed() {
    let messages = |queue| Shop::global().messages.with(&Queue { queue }).get();
    let failed = |queue| Shop::global().failed.with(&Queue { queue }).get();
    let mut one = Box::pin(is_send(consume("mail", true)));
    assert_eq!(messages("mail"), 0, "not yet polled");
    assert!(poll(one.as_mut()).is_pending());
    assert_eq!((messages("mail"), failed("mail")), (1, 0));
    assert_eq!(block_on(one), Err("no".to_owned()));
    assert_eq!((messages("mail"), failed("mail")), (0, 1));
    let mut dropped = Box::pin(consume("mail", true));
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(block_on(consume("mail", false)), Ok(()));
    assert_eq!((messages("mail"), failed("mail")), (0, 1));
    let function = concat!(module_path!(), "::consume");
    let count = |outcome| {
        let labels = [("function", function), ("queue", "mail"), ("outcome", outcome)];
        sample_value(Registry::global(), "classes_consume_seconds_count", &labels)
    };
    assert_eq!(["ok", "error", "panic", "cancelled"].map(count), [Some(1.0), Some(1.0), None, Some(1.0)]);

    assert_eq!((nested(2), Shop::global().in_progress.get()), (3, 0));
}
