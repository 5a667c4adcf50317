use super::PushError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// A loop that pushes. Keep it: when it is dropped, the loop ends as by [`stop`](Self::stop), also if that is because a
/// panic unwinds.
///
/// See the [module](super) for an example.
#[must_use = "dropped, it ends the loop; to push as long as the program runs, `detach` it"]
pub struct Pushing {
    /// `None`: nobody waits for its end any more.
    loop_state: Option<Arc<LoopState>>,
    longest_stop: Duration,
}

impl Pushing {
    pub(super) fn new(loop_state: Arc<LoopState>, longest_stop: Duration) -> Self {
        Self { loop_state: Some(loop_state), longest_stop }
    }

    #[cfg(test)]
    pub(super) fn shorten_stop(&mut self, longest: Duration) {
        self.longest_stop = longest;
    }

    /// Ends the loop, after it has pushed once more, and waits for that: at most twice the
    /// [timeout](super::Options::timeout), once for a push that is under way.
    ///
    /// # Errors
    /// If the last push failed, or did not end in time because something blocks that cannot be stopped: the lookup of a
    /// name, or a callback of a metric. Its thread is left behind then.
    pub fn stop(mut self) -> Result<(), PushError> {
        self.loop_state.take().map_or(Ok(()), |state| state.stop(self.longest_stop))
    }

    /// The same for asynchronous programs: blocks no thread of the executor, whichever that is. The loop ends as soon as
    /// this is called, whether the future is polled or not.
    ///
    /// ```no_run
    /// # async fn shut_down(pushing: metrics_exposition::push::Pushing) {
    /// if let Err(error) = pushing.stop_async().await {
    ///     eprintln!("the last push failed: {error}");
    /// }
    /// # }
    /// ```
    pub fn stop_async(mut self) -> Stopping {
        let loop_state = self.loop_state.take();
        if let Some(state) = &loop_state {
            state.ask_to_stop();
        }
        Stopping { loop_state }
    }

    /// Lets it push as long as the program runs. What was counted after its last turn is not pushed.
    pub fn detach(mut self) {
        self.loop_state = None;
    }
}

impl Drop for Pushing {
    fn drop(&mut self) {
        if let Some(state) = self.loop_state.take() {
            // Whoever wants to know calls `stop`; the failure is counted.
            let _ = state.stop(self.longest_stop);
        }
    }
}

impl fmt::Debug for Pushing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pushing").finish_non_exhaustive()
    }
}

/// Waits for the last push, see [`Pushing::stop_async`].
pub struct Stopping {
    loop_state: Option<Arc<LoopState>>,
}

impl Stopping {
    pub(super) fn new(loop_state: Arc<LoopState>) -> Self {
        Self { loop_state: Some(loop_state) }
    }
}

impl Future for Stopping {
    type Output = Result<(), PushError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(state) = &self.loop_state else { return Poll::Ready(Ok(())) };
        let mut ends = state.lock();
        if let Some(result) = ends.result.take() {
            return Poll::Ready(result);
        }
        ends.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopping").finish_non_exhaustive()
    }
}

/// What a loop and who waits for it tell each other.
#[derive(Default)]
pub(super) struct LoopState {
    ends: Mutex<Ends>,
    changed: Condvar,
}

#[derive(Default)]
struct Ends {
    is_asked_to: bool,
    /// Of the last push, when the loop has ended.
    result: Option<Result<(), PushError>>,
    waker: Option<Waker>,
}

impl LoopState {
    /// Sleeps up to then; false as soon as the loop is to end.
    pub(super) fn sleep_until(&self, then: Instant) -> bool {
        let mut ends = self.lock();
        while !ends.is_asked_to {
            let rest = then.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return true;
            }
            ends = self.changed.wait_timeout(ends, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    pub(super) fn ended(&self, result: Result<(), PushError>) {
        let mut ends = self.lock();
        ends.result = Some(result);
        let waker = ends.waker.take();
        drop(ends);
        self.changed.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn ask_to_stop(&self) {
        self.lock().is_asked_to = true;
        self.changed.notify_all();
    }

    fn stop(&self, longest: Duration) -> Result<(), PushError> {
        self.ask_to_stop();
        let (mut ends, _) = self
            .changed
            .wait_timeout_while(self.lock(), longest, |ends| ends.result.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        let late = || Err(PushError::new(format!("the last push did not end within {longest:?}")));
        ends.result.take().unwrap_or_else(late)
    }

    fn lock(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
