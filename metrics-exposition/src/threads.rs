//! The threads that scrape.
//!
//! Not those that a runtime has for blocking work: a service in trouble may hold all of them, and just then its
//! metrics are wanted; and of 500 threads that take turns at it, each would keep a deeper stack.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// More than scrapes are computed at a time, as a rule; beyond, work waits for its turn.
const MOST: usize = 32;
/// A thread that has had nothing to do for so long ends.
const IDLE: Duration = Duration::from_secs(60);

static WORK: Mutex<Work> = Mutex::new(Work { waiting: VecDeque::new(), threads: 0, idle: 0 });
static MORE: Condvar = Condvar::new();

struct Work {
    waiting: VecDeque<Box<dyn FnOnce() + Send>>,
    threads: usize,
    /// Of them, those that wait for work.
    idle: usize,
}

/// Has one of the threads do this. An error: it panicked. Work that nobody waits for any more is not begun.
pub(crate) fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (result, receiver) = oneshot::channel();
    let job = move || {
        if !result.is_closed() {
            drop(result.send(work()));
        }
    };
    let mut work = lock();
    work.waiting.push_back(Box::new(job));
    if work.idle < work.waiting.len() && work.threads < MOST {
        work.threads += 1;
        let started = thread::Builder::new().name("metrics-scrape".into()).spawn(serve);
        if started.is_err() {
            work.threads -= 1;
            if work.threads == 0 {
                // No thread can be had: then here, and not under the lock.
                drop(work);
                let next = || lock().waiting.pop_front();
                while let Some(job) = next() {
                    do_one(job);
                }
                return receiver;
            }
        }
    }
    drop(work);
    MORE.notify_one();
    receiver
}

fn serve() {
    let mut work = lock();
    loop {
        if let Some(job) = work.waiting.pop_front() {
            drop(work);
            do_one(job);
            work = lock();
            continue;
        }
        work.idle += 1;
        let timeout;
        (work, timeout) = MORE.wait_timeout(work, IDLE).unwrap_or_else(PoisonError::into_inner);
        work.idle -= 1;
        if timeout.timed_out() && work.waiting.is_empty() {
            work.threads -= 1;
            return;
        }
    }
}

fn do_one(job: Box<dyn FnOnce() + Send>) {
    // Whoever waits for it learns of a panic because the channel closes, and the hook has said what it was.
    let _ = catch_unwind(AssertUnwindSafe(job));
}

fn lock() -> MutexGuard<'static, Work> {
    WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::mpsc;

    /// The only one that looks at what all share.
    #[test]
    fn work_is_done_by_few_threads() {
        let one_by_one: HashSet<_> = (0..20).map(|_| run(|| thread::current().id()).blocking_recv().unwrap()).collect();
        assert!(one_by_one.len() < 5, "{}", one_by_one.len());

        assert!(run(|| -> () { panic!("on purpose") }).blocking_recv().is_err());
        assert_eq!(run(|| 1).blocking_recv(), Ok(1), "the thread goes on");

        let (open, gate) = mpsc::channel::<()>();
        let gate = std::sync::Arc::new(Mutex::new(gate));
        let all: Vec<_> = (0..MOST + 5)
            .map(|_| {
                let gate = std::sync::Arc::clone(&gate);
                run(move || gate.lock().unwrap().recv().is_err())
            })
            .collect();
        assert_eq!(lock().threads, MOST);
        drop(open);
        assert!(all.into_iter().all(|done| done.blocking_recv().unwrap()));
    }
}
