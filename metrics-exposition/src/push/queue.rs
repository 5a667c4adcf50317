//! What waits to be sent: so much of it, and so old, at most.

use super::PushError;
use std::collections::VecDeque;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// In the order in which it came.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    waiting: VecDeque<Waiting<T>>,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct Waiting<T> {
    pub(crate) content: T,
    /// What it takes in memory.
    pub(crate) bytes: usize,
    pub(crate) samples: u64,
    pub(crate) since: Instant,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) bytes: usize,
    pub(crate) age: Duration,
}

/// Why not all was taken of what was sent.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server does not want it, or a part of it, which is gone.
    Refused(PushError),
    /// It waits.
    Waits(PushError),
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self { waiting: VecDeque::new(), bytes: 0 }
    }

    pub(crate) fn push(&mut self, waiting: Waiting<T>) {
        self.bytes += waiting.bytes;
        self.waiting.push_back(waiting);
    }

    pub(crate) fn oldest(&self) -> Option<&Waiting<T>> {
        self.waiting.front()
    }

    pub(crate) fn pop(&mut self) -> Option<Waiting<T>> {
        let oldest = self.waiting.pop_front()?;
        self.bytes -= oldest.bytes;
        Some(oldest)
    }

    /// Sends one after the other, the oldest first, until `send` says that one waits; it may be refused some.
    pub(crate) fn drain(
        &mut self,
        server: &impl Display,
        deadline: Instant,
        send: impl Fn(&Waiting<T>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut result, mut has_sent) = (Ok(()), false);
        while let Some(oldest) = self.oldest() {
            if deadline <= Instant::now() {
                let late = PushError::new(format!("{server}: not all was sent in time, the rest follows"));
                return Err(Failure::Waits(if has_sent { late.retry_after(Duration::ZERO) } else { late }));
            }
            match send(oldest) {
                Ok(()) => {}
                Err(Failure::Refused(error)) => result = Err(Failure::Refused(error)),
                Err(waits) => return Err(waits),
            }
            has_sent = true;
            self.pop();
        }
        result
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl From<Failure> for PushError {
    fn from((Failure::Refused(error) | Failure::Waits(error)): Failure) -> Self {
        error
    }
}

/// In all queues together.
pub(crate) fn bytes<T>(queues: &[Queue<T>]) -> usize {
    queues.iter().map(|queue| queue.bytes).sum()
}

/// Lets the oldest of all queues go, as long as there is too much; says how many samples those were.
pub(crate) fn trim<T>(queues: &mut [Queue<T>], limits: Limits, now: Instant) -> u64 {
    let mut dropped = 0;
    let mut bytes = bytes(queues);
    loop {
        let since = |queue: &Queue<T>| queue.oldest().map(|waiting| waiting.since);
        let queue = queues.iter_mut().filter(|queue| !queue.is_empty()).min_by_key(|queue| since(queue));
        let Some(queue) = queue else { return dropped };
        let age = since(queue).map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        if bytes <= limits.bytes && age <= limits.age {
            return dropped;
        }
        if let Some(oldest) = queue.pop() {
            bytes -= oldest.bytes;
            dropped += oldest.samples;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn queue(start: Instant, waiting: &[(u32, usize, u64)]) -> Queue<()> {
        let mut queue = Queue::new();
        for (secs, bytes, samples) in waiting {
            queue.push(Waiting { content: (), bytes: *bytes, samples: *samples, since: start + *secs * SECOND });
        }
        queue
    }

    #[test]
    fn the_oldest_of_all_go_first() {
        let start = Instant::now();
        let mut queues = [queue(start, &[(0, 10, 1), (3, 10, 8)]), queue(start, &[(1, 10, 2), (2, 10, 4)])];
        let mut to = |bytes, age| trim(&mut queues, Limits { bytes, age: age * SECOND }, start + 4 * SECOND);
        assert_eq!(to(40, 4), 0);
        assert_eq!(to(39, 4), 1);
        assert_eq!(to(10, 4), 6);
        assert_eq!(to(10, 1), 0);
        assert_eq!(to(10, 0), 8, "too old");
        assert_eq!(to(0, 0), 0);
        assert_eq!((bytes(&queues), queues[0].is_empty(), queues[1].pop().is_none()), (0, true, true));
    }

    #[test]
    fn what_never_has_room_goes_too() {
        let start = Instant::now();
        let mut queues = [queue(start, &[(0, 11, 3)])];
        assert_eq!(trim(&mut queues, Limits { bytes: 10, age: SECOND }, start), 3);
    }
}
