//! What `#[instrument_histogram]` runs: times a function and says how it ended.

mod function;
mod labels;
mod outcome;
mod report;

use crate::metric::Stopwatch;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::mem::forget;
use std::pin::{Pin, pin};
use std::time::Duration;

pub use function::{Function, function_field, function_name};
pub use labels::{NoLabels, check_function_labels};
pub use outcome::{Ended, Outcome, Returned};
pub(crate) use report::unreported_calls;
pub use report::{ask, by_labels, contain, count_failure, observe, track_in_progress};

/// A call under way. However it ends, that is reported once.
struct Timed<R, F: FnOnce(Duration, Outcome<'_, R>)> {
    start: Stopwatch,
    report: Option<F>,
    /// Whether the body is running, so that an end of which nothing is heard is its panic.
    running: bool,
    returned: PhantomData<fn(&R)>,
}

impl<R, F: FnOnce(Duration, Outcome<'_, R>)> Timed<R, F> {
    fn start(report: F, running: bool) -> Self {
        Self { start: Stopwatch::start(), report: Some(report), running, returned: PhantomData }
    }

    #[inline]
    fn end(mut self, value: &R) {
        let (start, report) = (self.start, self.report.take());
        // Nothing is left in it to be dropped, so no code that sees to that.
        forget(self);
        if let Some(report) = report {
            report(start.elapsed(), Outcome::Returned(value));
        }
    }
}

impl<R, F: FnOnce(Duration, Outcome<'_, R>)> Drop for Timed<R, F> {
    fn drop(&mut self) {
        if let Some(report) = self.report.take() {
            report(self.start.elapsed(), if self.running { Outcome::Panicked } else { Outcome::Cancelled });
        }
    }
}

/// Runs the body of a function.
#[inline]
pub fn time<R>(body: impl FnOnce() -> R, report: impl FnOnce(Duration, Outcome<'_, R>)) -> R {
    let timed = Timed::start(report, true);
    let value = body();
    timed.end(&value);
    value
}

/// Runs the body of an async function, from its first poll on.
///
/// A future that is dropped while somebody else's panic unwinds was cancelled: only a panic that passes
/// through its own poll is its own.
pub async fn time_async<F: Future>(
    mut body: Pin<&mut F>,
    report: impl FnOnce(Duration, Outcome<'_, F::Output>),
) -> F::Output {
    let mut timed = Timed::start(report, false);
    let value = poll_fn(|context| {
        timed.running = true;
        let poll = body.as_mut().poll(context);
        timed.running = false;
        poll
    })
    .await;
    timed.end(&value);
    value
}

/// A future that a function returned, not yet polled.
pub struct Unpolled<F, C, G> {
    future: F,
    report: C,
    begin: G,
}

/// Runs the body of a function that returns a future, which is then [timed](time_future). Reported here is only a body
/// that panics and returns none.
pub fn make_future<F: Future, C: FnOnce(Duration, Outcome<'_, F::Output>), G>(
    body: impl FnOnce() -> F,
    report: C,
    begin: G,
) -> Unpolled<F, C, G> {
    let mut timed = Timed::start(report, true);
    let future = body();
    match timed.report.take() {
        Some(report) => Unpolled { future, report, begin },
        None => unreachable!("only its end takes the report"),
    }
}

/// Times a future, from its first poll on. Then `begin` is called too, and what it returns is kept until the end.
pub async fn time_future<F: Future, C: FnOnce(Duration, Outcome<'_, F::Output>), B>(
    unpolled: Unpolled<F, C, impl FnOnce() -> B>,
) -> F::Output {
    let Unpolled { future, report, begin } = unpolled;
    let _until_the_end = begin();
    time_async(pin!(future), report).await
}

/// Runs a future that a function returned in a box, and returns it in one.
pub fn time_boxed_future<F: Future, C: FnOnce(Duration, Outcome<'_, F::Output>), B, G: FnOnce() -> B>(
    unpolled: Unpolled<F, C, G>,
) -> Pin<Box<impl Future<Output = F::Output>>> {
    Box::pin(time_future(unpolled))
}

impl<F, C, G> fmt::Debug for Unpolled<F, C, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpolled").finish_non_exhaustive()
    }
}

/// Never called: gives an async block a `return` of the type that its function names.
pub fn output<R>() -> R {
    unreachable!("stands behind `if false`")
}
