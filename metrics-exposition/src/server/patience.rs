//! Who waits for whom on a connection, since when, and how long that may last.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A client that has left no room for so long, all in all, is one that others may replace.
const STUCK: Duration = Duration::from_secs(1);

/// How long a client may let the server wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) header_time: Duration,
    pub(super) idle_time: Duration,
    pub(super) read_time: Duration,
}

/// What the server waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// A request: the TLS handshake and the headers of the first one, or the rest of headers that have begun.
    Request,
    /// The first byte of another request.
    Idle,
    /// The page, or that the client takes what there is of it.
    Answer,
    /// That the client takes the end of its answer.
    End,
}

/// How readily a connection gives way to another one: the least first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Worth {
    Unasked,
    Idle,
    Stuck,
}

/// Looks at one connection.
#[derive(Debug)]
pub(super) struct Patience {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// While the client leaves no room for more of its answer.
    blocked: Option<Instant>,
    /// How long it did so before, in this answer: otherwise a byte now and then would begin a new limit.
    blocked_before: Duration,
}

impl Patience {
    pub(super) fn new(limits: Limits) -> Self {
        let state =
            State { phase: Phase::Request, since: Instant::now(), blocked: None, blocked_before: Duration::ZERO };
        Self { limits, state: Mutex::new(state) }
    }

    pub(super) fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// Whether a request is there and its answer is not over.
    pub(super) fn is_answering(&self) -> bool {
        matches!(self.phase(), Phase::Answer | Phase::End)
    }

    /// When it has lasted too long. `None`: it is not the client that the server waits for.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let (state, limits) = (self.lock(), &self.limits);
        match state.phase {
            Phase::Request => state.since.checked_add(limits.header_time),
            Phase::Idle => state.since.checked_add(limits.idle_time),
            Phase::Answer | Phase::End => {
                state.blocked?.checked_add(limits.read_time.saturating_sub(state.blocked_before))
            }
        }
    }

    /// Whether it may be ended so that another one can be there, and since when. `None`: its answer is under way.
    pub(super) fn worth(&self, now: Instant) -> Option<(Worth, Instant)> {
        let state = self.lock();
        match state.phase {
            Phase::Request => Some((Worth::Unasked, state.since)),
            Phase::Idle => Some((Worth::Idle, state.since)),
            Phase::Answer | Phase::End => {
                let waited = state.blocked_before + now.duration_since(state.blocked?);
                (waited > STUCK).then(|| (Worth::Stuck, now.checked_sub(waited).unwrap_or(now)))
            }
        }
    }

    /// A byte came.
    pub(super) fn received(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Idle {
            (state.phase, state.since) = (Phase::Request, Instant::now());
        }
    }

    /// The headers of a request are complete.
    pub(super) fn asked(&self) {
        let mut state = self.lock();
        (state.phase, state.blocked, state.blocked_before) = (Phase::Answer, None, Duration::ZERO);
    }

    /// The last of an answer was handed out.
    pub(super) fn answered(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Answer {
            state.phase = Phase::End;
        }
    }

    /// There is no room for more.
    pub(super) fn blocked(&self) {
        self.lock().blocked.get_or_insert_with(Instant::now);
    }

    /// There was.
    pub(super) fn written(&self) {
        let mut state = self.lock();
        if let Some(since) = state.blocked.take() {
            state.blocked_before += since.elapsed();
        }
    }

    /// All was taken that was handed out.
    pub(super) fn flushed(&self) {
        self.written();
        let mut state = self.lock();
        if state.phase == Phase::End {
            (state.phase, state.since) = (Phase::Idle, Instant::now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Time stands still, but for `advance`.
    async fn patience() -> Patience {
        let limits = Limits { header_time: 10 * SECOND, idle_time: 100 * SECOND, read_time: 60 * SECOND };
        Patience::new(limits)
    }

    fn left(patience: &Patience) -> Option<Duration> {
        patience.deadline().map(|at| at.duration_since(Instant::now()))
    }

    async fn pass(seconds: u32) {
        tokio::time::advance(seconds * SECOND).await;
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_of_headers_begin_no_new_limit() {
        let patience = patience().await;
        assert_eq!(left(&patience), Some(10 * SECOND));
        pass(4).await;
        patience.received();
        assert_eq!(left(&patience), Some(6 * SECOND));
        patience.asked();
        assert_eq!(left(&patience), None);
        patience.answered();
        patience.flushed();
        assert_eq!(left(&patience), Some(100 * SECOND));
        pass(50).await;
        patience.received();
        pass(1).await;
        patience.received();
        assert_eq!(left(&patience), Some(9 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_are_read_begin_no_new_limit() {
        let patience = patience().await;
        patience.asked();
        for _ in 0..3 {
            patience.blocked();
            pass(10).await;
            patience.blocked();
            pass(5).await;
            patience.written();
            // While a chunk is computed.
            assert_eq!(left(&patience), None);
            pass(20).await;
        }
        patience.answered();
        patience.blocked();
        assert_eq!(left(&patience), Some(15 * SECOND));
        patience.flushed();
        patience.received();
        patience.asked();
        patience.blocked();
        assert_eq!(left(&patience), Some(60 * SECOND), "of another answer");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_computed_gives_way_to_nobody() {
        let patience = patience().await;
        let worth = |patience: &Patience| patience.worth(Instant::now()).map(|(worth, _)| worth);
        assert_eq!(worth(&patience), Some(Worth::Unasked));
        patience.asked();
        pass(100).await;
        assert_eq!(worth(&patience), None);
        patience.blocked();
        pass(1).await;
        assert_eq!(worth(&patience), None);
        pass(1).await;
        assert_eq!(worth(&patience), Some(Worth::Stuck));
        patience.written();
        assert_eq!(worth(&patience), None, "while its next chunk is computed");
        patience.blocked();
        assert_eq!(worth(&patience), Some(Worth::Stuck), "a byte now and then is no way to keep a place");
        patience.answered();
        patience.flushed();
        assert_eq!(worth(&patience), Some(Worth::Idle));
        patience.received();
        assert_eq!(worth(&patience), Some(Worth::Unasked));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_beyond_all_time_is_none() {
        let limits = Limits { header_time: Duration::MAX, idle_time: Duration::MAX, read_time: Duration::MAX };
        assert_eq!(Patience::new(limits).deadline(), None);
    }
}
