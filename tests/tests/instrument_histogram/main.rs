//! `#[instrument_histogram]`: however a call ends, it is observed once, with the right outcome.

mod classes;
mod functions;
mod futures;
mod into;
mod methods;
mod signatures;

use metrics_core::Registry;
use metrics_core::testing::sample_value;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

const OUTCOMES: [&str; 4] = ["ok", "error", "panic", "cancelled"];

/// How often a function ended in each of [`OUTCOMES`].
fn calls(module: &str, function: &str) -> [u32; 4] {
    calls_of(&format!("{module}::{function}"))
}

fn calls_of(function: &str) -> [u32; 4] {
    OUTCOMES.map(|outcome| {
        let labels = [("function", function), ("outcome", outcome)];
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
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn the_whole_program_has_no_clash() {
    Registry::global().check().unwrap();
}
