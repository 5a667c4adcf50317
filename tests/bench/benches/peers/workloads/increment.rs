use super::*;
use crate::labels::{Clients, Enums, Key, MeasuredEnums, MeasuredEnumsSet, MeasuredsSet, Ours, keys, some};
use measured::CounterVec;
use metrics_bench::{PERIOD, Random, Subject, Workload};
use metrics_core::{Counter, Family, Metrics};
use prometheus::{IntCounterVec, Opts};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a program has.
#[derive(Metrics)]
struct Bench {
    /// Requests.
    requests: Counter,
    /// Requests by labels.
    labelled: Family<Enums, Counter>,
}

fn fetch_add() -> Subject {
    let atomic = keep(AtomicU64::new(0));
    Subject::new(FETCH_ADD, move |_| {
        atomic.fetch_add(1, Relaxed);
    })
}

thread_local! {
    static NUMBERS: [Cell<u64>; 24] = const { [const { Cell::new(0) }; 24] };
}

/// What it takes at least where each thread has numbers of its own: to add one in memory, again before the last store has
/// come to the cache. That is nearly free on some processors, and five cycles on others.
fn thread_local(i: usize) {
    NUMBERS.with(|numbers| {
        let number = &black_box(numbers)[i];
        number.set(number.get().wrapping_add(1));
    });
}

pub(crate) fn plain() -> Workload {
    let ours = keep(Counter::new());
    let handle = {
        let family: &Family<Ours<'static>, Counter> = keep(Family::new());
        keep(family.with(&Ours { path: "/", tenant: "t" }).handle())
    };
    let prometheus = keep(prometheus::IntCounter::new("a", "b").unwrap());
    let client = keep(prometheus_client::metrics::counter::Counter::<u64>::default());
    let measured = keep(measured::Counter::new());
    let subjects = vec![
        fetch_add(),
        Subject::new(THREAD_LOCAL, |_| thread_local(0)),
        Subject::new(OURS, |_| ours.inc()),
        Subject::new(OURS_GLOBAL, |_| Bench::global().requests.inc()),
        Subject::new(OURS_HANDLE, |_| handle.inc()),
        Subject::new(PROMETHEUS, |_| prometheus.inc()),
        Subject::new(CLIENT, |_| {
            client.inc();
        }),
        Subject::new(MEASURED, |_| measured.inc()),
    ];
    Workload::hot(subjects)
}

pub(crate) fn enums() -> Workload {
    let inputs = crate::labels::enums();
    let ours: &Family<Enums, Counter> = keep(Family::new());
    let prometheus = keep(IntCounterVec::new(Opts::new("a", "b"), &["method", "status"]).unwrap());
    let client = keep(client_family::<Enums>());
    let measured = keep(CounterVec::with_label_set(MeasuredEnumsSet::new()));
    let labels = |i: usize| {
        let (method, status) = inputs[i % PERIOD];
        Enums { method, status }
    };
    let atomics: &[AtomicU64; 24] = keep([const { AtomicU64::new(0) }; 24]);
    let subjects = vec![
        fetch_add(),
        Subject::new("AtomicU64::fetch_add, one of 24", move |i| {
            let Enums { method, status } = labels(i);
            atomics[6 * method as usize + status as usize].fetch_add(1, Relaxed);
        }),
        Subject::new(THREAD_LOCAL, move |i| {
            let Enums { method, status } = labels(i);
            thread_local(6 * method as usize + status as usize);
        }),
        Subject::new(OURS, move |i| ours.with(&labels(i)).inc()),
        Subject::new(OURS_GLOBAL, move |i| Bench::global().labelled.with(&labels(i)).inc()),
        Subject::new(PROMETHEUS, move |i| {
            let Enums { method, status } = labels(i);
            prometheus.with_label_values(&[method.text(), status.text()]).inc();
        }),
        Subject::new(CLIENT, move |i| {
            client.get_or_create(&labels(i)).inc();
        }),
        Subject::new(MEASURED, move |i| {
            let Enums { method, status } = labels(i);
            measured.inc(MeasuredEnums { method, status });
        }),
    ];
    Workload::hot(subjects)
}

pub(crate) fn strings() -> Workload {
    let keys = keys(500);
    Workload::hot(string_subjects(keys, some(keys)))
}

/// In a large table, but what is used of it is in the caches. What is asked for lies side by side, as where there are no
/// others: to get at texts that are all over the memory takes longer than the lookup.
pub(crate) fn strings_hot() -> Workload {
    let keys = keys(100_000);
    let asked = Vec::leak(keys.iter().step_by(200).cloned().collect());
    let hot = Random::inputs(7, |random| &asked[random.below(500)]);
    Workload { counted: 0, rounds: 21, ..Workload::hot(string_subjects(keys, hot)) }
}

/// All over a large table: how long it takes to get at what the caches do not hold, the inputs too.
pub(crate) fn strings_cold() -> Workload {
    let keys = keys(100_000);
    Workload { counted: 0, rounds: 21, ..Workload::hot(string_subjects(keys, some(keys))) }
}

fn string_subjects(keys: &'static [Key], inputs: &'static [&'static Key; PERIOD]) -> Vec<Subject> {
    let ours: &Family<Ours<'static>, Counter> = keep(Family::new().max_series(None));
    let prometheus = keep(IntCounterVec::new(Opts::new("a", "b"), &["path", "tenant"]).unwrap());
    let client = keep(client_family::<Clients>());
    let measured = keep(CounterVec::<MeasuredsSet>::new());
    for key in keys {
        ours.with(&key.ours()).inc();
        prometheus.with_label_values(&key.array()).inc();
        client.get_or_create(&key.clients()).inc();
        measured.inc(key.measureds());
    }
    vec![
        Subject::new(PROMETHEUS, |i| prometheus.with_label_values(&inputs[i % PERIOD].array()).inc()),
        Subject::new(OURS, |i| ours.with(&inputs[i % PERIOD].ours()).inc()),
        Subject::new(CLIENT, |i| {
            client.get_or_create(&inputs[i % PERIOD].clients()).inc();
        }),
        Subject::new(MEASURED, |i| measured.inc(inputs[i % PERIOD].measureds())),
    ]
}

type ClientFamily<L> = prometheus_client::metrics::family::Family<L, prometheus_client::metrics::counter::Counter>;

fn client_family<L: Clone + std::hash::Hash + Eq>() -> ClientFamily<L> {
    ClientFamily::default()
}
