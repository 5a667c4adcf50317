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

#[cfg(test)]
mod tests {
    use super::super::ServerMetrics;
    use super::super::patience::Limits;
    use super::*;
    use metrics_core::{Metrics, Registry};
    use std::net::IpAddr;
    use std::time::Duration;

    fn from(address: &str) -> Origin {
        Origin::of(address.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn addresses_that_are_one_client() {
        assert_eq!(from("::ffff:192.0.2.1"), from("192.0.2.1"));
        assert_eq!(from("2001:db8::1"), from("2001:db8::ffff:1"));
        assert_ne!(from("2001:db8::1"), from("2001:db8:0:1::1"));
        assert_ne!(from("192.0.2.1"), from("192.0.2.2"));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_way() {
        let registry = Registry::new();
        let counts = Counts(Some(ServerMetrics::register_in(&registry).unwrap()));
        let places = Places::new(6, counts);
        let second = Duration::from_secs(1);
        let limits = Limits { header_time: second, idle_time: second, read_time: second };
        let mut taken = Vec::new();
        // Who has one connection, and who has the others: it is answered, stuck, idle, has not asked for long and for a
        // shorter time.
        for (address, act) in [
            ("192.0.2.1", None),
            ("192.0.2.2", Some(vec![Patience::asked as fn(&Patience)])),
            ("192.0.2.2", Some(vec![Patience::asked, Patience::blocked])),
            ("192.0.2.2", Some(vec![Patience::asked, Patience::answered, Patience::flushed])),
            ("192.0.2.2", None),
            ("192.0.2.2", None),
        ] {
            let patience = Arc::new(Patience::new(limits));
            act.into_iter().flatten().for_each(|act| act(&patience));
            let (place, got) = places.take(from(address), patience).unwrap();
            assert_eq!(got, Got::Free);
            places.started(place.number(), tokio::spawn(std::future::pending::<()>()).abort_handle());
            taken.push(place);
            tokio::time::advance(2 * second).await;
        }
        let mut displaced = Vec::new();
        // From as many addresses, each with one that is safe.
        for k in 10..15 {
            let before: Vec<u64> = places.lock().taken.keys().copied().collect();
            let patience = Arc::new(Patience::new(limits));
            patience.asked();
            let Some((place, got)) = places.take(from(&format!("192.0.2.{k}")), patience) else { break };
            assert_eq!(got, Got::Displaced);
            let after: Vec<u64> = places.lock().taken.keys().copied().collect();
            displaced.extend(before.into_iter().filter(|number| !after.contains(number)));
            places.started(place.number(), tokio::spawn(std::future::pending::<()>()).abort_handle());
            taken.push(place);
        }
        assert_eq!(displaced, [4, 5, 3, 2, 0], "{:?}", displaced);
        assert!(places.take(from("192.0.2.99"), Arc::new(Patience::new(limits))).is_none());
        let open = || registry.get_sample_value("metrics_exposition_server_open_connections", &[]);
        // Those that gave way still hold what is theirs.
        assert_eq!(open(), Some(11.0));
        drop(taken);
        assert_eq!(open(), Some(0.0));
    }
}
