//! How many connections there may be, and which one gives way to one more.

use super::listener::Origin;
use super::patience::Patience;
use super::self_metrics::Counts;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::AbortHandle;
use tokio::time::Instant;

pub(super) struct Places {
    max: usize,
    counts: Counts,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: HashMap<u64, Taken>,
    next: u64,
}

struct Taken {
    origin: Origin,
    patience: Arc<Patience>,
    task: Option<AbortHandle>,
}

/// Of one connection. Given back when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
}

/// How a place was got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Got {
    Free,
    /// Another connection had to end.
    Displaced,
}

impl Places {
    pub(super) fn new(max: usize, counts: Counts) -> Arc<Self> {
        Arc::new(Self { max, counts, state: Mutex::default() })
    }

    /// `None`: all others are being answered.
    pub(super) fn take(self: &Arc<Self>, origin: Origin, patience: Arc<Patience>) -> Option<(Place, Got)> {
        let mut state = self.lock();
        let mut got = Got::Free;
        if state.taken.len() >= self.max {
            let number = least(&state.taken)?;
            if let Some(Taken { task: Some(task), .. }) = state.taken.remove(&number) {
                task.abort();
            }
            got = Got::Displaced;
        }
        let number = state.next;
        state.next += 1;
        state.taken.insert(number, Taken { origin, patience, task: None });
        drop(state);
        self.counts.open().inc();
        Some((Place { places: Arc::clone(self), number }, got))
    }

    /// What ends if the connection is to give way.
    pub(super) fn started(&self, number: u64, task: AbortHandle) {
        // It may have ended by now.
        if let Some(taken) = self.lock().taken.get_mut(&number) {
            taken.task = Some(task);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of those with the most connections, the one that is worth least for longest: so a single client that opens many takes
/// places only from itself.
fn least(taken: &HashMap<u64, Taken>) -> Option<u64> {
    let mut from: HashMap<Origin, usize> = HashMap::new();
    for connection in taken.values() {
        *from.entry(connection.origin).or_default() += 1;
    }
    let now = Instant::now();
    let candidates = taken.iter().filter_map(|(number, connection)| {
        let (worth, since) = connection.patience.worth(now)?;
        Some((from.get(&connection.origin), Reverse(worth), Reverse(since), *number))
    });
    candidates.max().map(|(.., number)| number)
}

impl Place {
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().taken.remove(&self.number);
        self.places.counts.open().dec();
    }
}
