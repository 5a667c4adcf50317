//! Counting what failed.

use super::counter::{Counter, CounterValue};
use super::family::{Handle, Ref, Storage};
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::pin;

impl<T: CounterValue> Counter<T> {
    /// Runs `body` and counts 1 if it returns an `Err` or panics. What it returned is returned, a panic goes on.
    ///
    /// To count some errors only, see what came back: `body().inspect_err(|e| if e.is_fatal() { fatal.inc() })`.
    ///
    /// ```
    /// use metrics_core::Counter;
    /// let failed = Counter::new();
    /// let parsed = failed.count_errors(|| "x".parse::<u32>());
    /// assert!(parsed.is_err() && failed.get() == 1);
    /// assert_eq!(failed.count_errors(|| "7".parse::<u32>()), Ok(7));
    /// assert_eq!(failed.get(), 1);
    /// ```
    ///
    /// # Errors
    /// Those of `body`.
    pub fn count_errors<R, E>(&self, body: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        count(self, body)
    }

    /// Counts 1 if the future returns an `Err`, or panics while it is polled. One that is dropped before it is done was
    /// cancelled, which is no error; see [`guard_errors`](Self::guard_errors) where it is.
    ///
    /// ```
    /// use metrics_core::Counter;
    /// static FAILED: std::sync::LazyLock<Counter> = std::sync::LazyLock::new(Counter::new);
    /// async fn fetch() -> Result<u32, String> {
    ///     FAILED.count_errors_async(async { Err("down".to_owned()) }).await
    /// }
    /// # drop(fetch());
    /// ```
    ///
    /// # Errors
    /// Those of the future.
    pub async fn count_errors_async<R, E>(&self, future: impl Future<Output = Result<R, E>>) -> Result<R, E> {
        count_async(self, future).await
    }

    /// Counts 1 when the guard is dropped, unless it was told that all went well. So an early return by `?` counts, a
    /// panic, and a cancelled future.
    ///
    /// ```
    /// use metrics_core::Counter;
    /// fn import(text: &str, failed: &Counter) -> Option<u32> {
    ///     let guard = failed.guard_errors();
    ///     let row = text.split(',').next()?;
    ///     let number = row.parse().ok()?;
    ///     guard.succeed();
    ///     Some(number)
    /// }
    ///
    /// let failed = Counter::new();
    /// assert_eq!((import("1,2", &failed), failed.get()), (Some(1), 0));
    /// assert_eq!((import("x", &failed), failed.get()), (None, 1));
    /// ```
    #[must_use = "counts when it is dropped: `let guard = …`, and `guard.succeed()` at the end"]
    pub fn guard_errors(&self) -> ErrorGuard<&Self> {
        ErrorGuard { counter: self, armed: true }
    }
}

/// These take the reference, not a borrow of it, and keep a [`Handle`]: a reference should not live as long as a body
/// runs, and cannot be sent to another thread.
impl<D: Storage, T: CounterValue> Ref<'_, D, Counter<T>> {
    /// See [`Counter::count_errors`].
    ///
    /// # Errors
    /// Those of `body`.
    pub fn count_errors<R, E>(self, body: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        count(self.into_handle(), body)
    }

    /// See [`Counter::count_errors_async`].
    pub fn count_errors_async<R, E, F>(self, future: F) -> impl Future<Output = Result<R, E>> + use<D, T, R, E, F>
    where
        F: Future<Output = Result<R, E>>,
    {
        count_async(self.into_handle(), future)
    }

    /// See [`Counter::guard_errors`].
    #[must_use = "counts when it is dropped: `let guard = …`, and `guard.succeed()` at the end"]
    pub fn guard_errors(self) -> ErrorGuard<Handle<Counter<T>>> {
        ErrorGuard { counter: self.into_handle(), armed: true }
    }
}

fn count<R, E>(counter: impl Deref<Target: CountsErrors>, body: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    let guard = ErrorGuard { counter, armed: true };
    let result = body();
    guard.end(result.is_err());
    result
}

async fn count_async<R, E>(
    counter: impl Deref<Target: CountsErrors>,
    future: impl Future<Output = Result<R, E>>,
) -> Result<R, E> {
    let mut future = pin!(future);
    let mut guard = ErrorGuard { counter, armed: false };
    let result = poll_fn(|context| {
        // Only meanwhile: a future that is dropped between two polls did not fail.
        guard.armed = true;
        let poll = future.as_mut().poll(context);
        guard.armed = false;
        poll
    })
    .await;
    guard.end(result.is_err());
    result
}

/// Counts an error when it is dropped; see [`Counter::guard_errors`].
#[derive(Debug)]
pub struct ErrorGuard<C: Deref<Target: CountsErrors>> {
    counter: C,
    armed: bool,
}

/// Either type of counter.
#[doc(hidden)]
pub trait CountsErrors {
    fn count_error(&self);
}

impl<T: CounterValue> CountsErrors for Counter<T> {
    fn count_error(&self) {
        self.inc();
    }
}

impl<C: Deref<Target: CountsErrors>> ErrorGuard<C> {
    /// All went well: counts nothing.
    pub fn succeed(self) {
        self.end(false);
    }

    fn end(mut self, failed: bool) {
        self.armed = failed;
    }
}

impl<C: Deref<Target: CountsErrors>> Drop for ErrorGuard<C> {
    fn drop(&mut self) {
        if self.armed {
            self.counter.count_error();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Family;
    use crate::{LabelSet, LabelValue};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    #[derive(LabelSet)]
    struct Job<'a> {
        name: &'a str,
        retried: Retried,
    }

    #[derive(Clone, Copy, LabelValue)]
    enum Retried {
        No,
    }

    const JOB: Job<'static> = Job { name: "a", retried: Retried::No };

    #[test]
    fn errors_and_panics_count_once() {
        let failed = Counter::<f64>::default();
        assert_eq!(failed.count_errors(|| Ok::<_, ()>(1)), Ok(1));
        assert_eq!(failed.count_errors(|| Err::<(), _>("x")), Err("x"));
        let panicked = catch_unwind(AssertUnwindSafe(|| failed.count_errors(|| -> Result<(), ()> { panic!("late") })));
        assert!(panicked.is_err());
        assert_eq!(failed.get(), 2.0);
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_future_that_is_dropped_did_not_fail() {
        let failed = Counter::new();
        {
            let mut waits = pin!(failed.count_errors_async(std::future::pending::<Result<(), ()>>()));
            assert!(poll(waits.as_mut()).is_pending());
        }
        assert_eq!(failed.get(), 0);
        let mut fails = pin!(failed.count_errors_async(async { Err::<(), _>(()) }));
        assert!(poll(fails.as_mut()).is_ready());
        let mut panics =
            pin!(failed.count_errors_async(async { if failed.get() > 0 { panic!("now") } else { Ok::<(), ()>(()) } }));
        assert!(catch_unwind(AssertUnwindSafe(|| poll(panics.as_mut()))).is_err());
        assert_eq!(failed.get(), 2);
    }

    #[test]
    fn series_count_errors_on_other_threads_too() {
        let failed = Family::<Job<'static>, Counter>::new();
        assert!(failed.with(&JOB).count_errors(|| Err::<(), _>(())).is_err());
        let guard = failed.with(&JOB).guard_errors();
        std::thread::spawn(move || drop(guard)).join().unwrap();
        failed.with(&JOB).guard_errors().succeed();
        let future = failed.with(&JOB).count_errors_async(async { Err::<(), _>(()) });
        std::thread::spawn(move || assert!(poll(pin!(future)).is_ready())).join().unwrap();
        assert_eq!(failed.with(&JOB).get(), 3);
    }
}
