//! Exemplars: an observation now and then, with the labels that lead to its trace.
//!
//! They are few, and most metrics have none. So they lie beside the metrics, and a metric knows by one bit whether it
//! has any: what has none pays nothing for them, neither where it counts nor in a scrape.

use super::journal::{Key, journal};
use crate::cell::Range;
use crate::model::{Exemplar, ExemplarError, Timestamp};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// When a metric began, in nanoseconds since 1970, and whether it has exemplars.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Created(AtomicU64);

/// Of [`Created`]: it has exemplars. The time itself reaches the year 2262.
const HAS_EXEMPLARS: u64 = 1 << 63;

impl Created {
    pub(super) fn now() -> Self {
        Self(AtomicU64::new(Timestamp::now().to_word() & !HAS_EXEMPLARS))
    }

    pub(super) fn time(&self) -> Timestamp {
        Timestamp::from_nanos(self.0.load(Relaxed) & !HAS_EXEMPLARS)
    }

    /// The time, if there are no exemplars.
    #[inline(always)]
    pub(super) fn without_exemplars(&self) -> Option<Timestamp> {
        let word = self.0.load(Relaxed);
        (word & HAS_EXEMPLARS == 0).then(|| Timestamp::from_nanos(word))
    }

    /// Begins again, without exemplars.
    pub(super) fn restart(&self, cells: &Range) {
        self.forget(cells);
        self.0.store(Timestamp::now().to_word() & !HAS_EXEMPLARS, Relaxed);
    }

    /// Its exemplars are no more.
    pub(super) fn forget(&self, cells: &Range) {
        if self.has_exemplars() {
            shard(cells).remove(&cells.id());
        }
    }

    #[inline]
    fn has_exemplars(&self) -> bool {
        self.0.load(Relaxed) & HAS_EXEMPLARS != 0
    }

    /// Keeps an exemplar in `slot` of `slots`. One that is younger than `retain` stays.
    pub(super) fn put(&self, cells: &Range, slots: usize, slot: usize, exemplar: Exemplar, retain: Duration) {
        let mut shard = shard(cells);
        let kept = shard.entry(cells.id()).or_insert_with(|| vec![None; slots].into());
        let Some(place) = kept.get_mut(slot) else { return };
        let is_young = |kept: &Exemplar| match (kept.timestamp(), exemplar.timestamp()) {
            (Some(then), Some(now)) => now.as_nanos() - then.as_nanos() < retain.as_nanos().cast_signed(),
            _ => false,
        };
        if !place.as_ref().is_some_and(is_young) {
            if let Some(journal) = journal() {
                journal.exemplar(Key::of_cells(cells), u32::try_from(slot).unwrap_or(u32::MAX), Some(&exemplar));
            }
            *place = Some(exemplar);
        }
        // Under the lock: who sees it finds them.
        self.0.fetch_or(HAS_EXEMPLARS, Relaxed);
    }

    /// Tells other processes of all that there are.
    pub(super) fn announce(&self, cells: &Range) {
        let Some(journal) = journal().filter(|_| self.has_exemplars()) else { return };
        // Under the lock, so that none comes meanwhile that would be told of first.
        let shard = shard(cells);
        let kept = shard.get(&cells.id()).into_iter().flatten();
        (0..).zip(kept).filter(|(_, exemplar)| exemplar.is_some()).for_each(|(slot, exemplar)| {
            journal.exemplar(Key::of_cells(cells), slot, exemplar.as_ref());
        });
    }

    /// What there is, slot by slot; nothing if there is none.
    #[inline]
    pub(super) fn read<'a>(&self, cells: &Range, into: &'a mut Vec<Option<Exemplar>>) -> &'a [Option<Exemplar>] {
        if self.has_exemplars() { read(cells, into) } else { &[] }
    }

    /// The same, without those of slots that have no count yet: they are newer than what was counted.
    #[inline]
    pub(super) fn read_counted<'a>(
        &self,
        cells: &Range,
        counts: &[u64],
        into: &'a mut Vec<Option<Exemplar>>,
    ) -> &'a [Option<Exemplar>] {
        if !self.has_exemplars() {
            return &[];
        }
        read(cells, into);
        for (exemplar, _) in into.iter_mut().zip(counts).filter(|(_, count)| **count == 0) {
            *exemplar = None;
        }
        into
    }
}

#[cold]
fn read<'a>(cells: &Range, into: &'a mut Vec<Option<Exemplar>>) -> &'a [Option<Exemplar>] {
    into.clear();
    if let Some(kept) = shard(cells).get(&cells.id()) {
        into.extend_from_slice(kept);
    }
    into
}

/// By the first of their cells, which is theirs alone: the exemplars of metrics.
type Shard = HashMap<u32, Box<[Option<Exemplar>]>>;

/// So that threads that have exemplars for different metrics seldom meet.
static SHARDS: [Mutex<Option<Shard>>; 16] = [const { Mutex::new(None) }; 16];

struct Locked(MutexGuard<'static, Option<Shard>>);

impl std::ops::Deref for Locked {
    type Target = Shard;

    fn deref(&self) -> &Shard {
        self.0.as_ref().expect("made when it was locked")
    }
}

impl std::ops::DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Shard {
        self.0.as_mut().expect("made when it was locked")
    }
}

fn shard(cells: &Range) -> Locked {
    let mut shard = SHARDS[cells.id() as usize % SHARDS.len()].lock().unwrap_or_else(PoisonError::into_inner);
    shard.get_or_insert_default();
    Locked(shard)
}

thread_local! {
    /// Across a fork. Without a destructor, because to have one may take memory.
    static HELD: RefCell<[Option<ManuallyDrop<Locked>>; SHARDS.len()]> = const { RefCell::new([const { None }; SHARDS.len()]) };
}

/// Before a fork: lets no other thread have a lock of these, lest it takes it with it.
pub(crate) fn hold() {
    let _ = HELD.try_with(|held| {
        for (held, shard) in held.borrow_mut().iter_mut().zip(&SHARDS) {
            let locked = Locked(shard.lock().unwrap_or_else(PoisonError::into_inner));
            *held = Some(ManuallyDrop::new(locked));
        }
    });
}

/// Behind it.
pub(crate) fn let_go() {
    let _ = HELD.try_with(|held| {
        held.borrow_mut().iter_mut().filter_map(Option::take).for_each(|held| drop(ManuallyDrop::into_inner(held)));
    });
}

/// One that is to be kept, now.
pub(super) fn make<N: AsRef<str>, V: AsRef<str>>(
    labels: impl IntoIterator<Item = (N, V)>,
    value: f64,
) -> Result<Exemplar, ExemplarError> {
    Ok(Exemplar::new(labels, value)?.at(Timestamp::now()))
}

/// Labels of an exemplar, as a supplier gives them.
pub type ExemplarLabels = Vec<(Cow<'static, str>, String)>;

type Supplier = Arc<dyn Fn() -> Option<ExemplarLabels> + Send + Sync>;

struct Sampling {
    supplier: Supplier,
    every: Duration,
    retain: Duration,
    next: Mutex<Instant>,
}

static IS_ON: AtomicBool = AtomicBool::new(false);
static SAMPLING: RwLock<Option<Arc<Sampling>>> = RwLock::new(None);
static REJECTED: AtomicU64 = AtomicU64::new(0);

/// Exemplars of a supplier that could not be.
pub(crate) fn rejected_exemplars() -> u64 {
    REJECTED.load(Relaxed)
}

/// Gives timers and instrumented functions exemplars: `supplier` says of what, or `None` for nothing. This is where a
/// tracing library hands over the ids of the present trace and span.
///
/// It is asked on the thread that observes, at most once in `every` of the whole process; and an exemplar that is younger
/// than `retain` is not replaced, so that Prometheus has seen it before it is gone. What it gives must be a legal
/// [`Exemplar`]; others are dropped, and `metrics_core_rejected_exemplars_total` counts them. It must not observe by a
/// timer itself.
///
/// Only what takes the time anyway asks it: a [`Timer`](crate::Timer) and
/// [`#[instrument_histogram]`](crate::instrument_histogram). `inc` and `observe` do not, and cost what they cost
/// without; to them there is [`inc_with_exemplar`](crate::Counter::inc_with_exemplar).
///
/// ```
/// use metrics_core::{Histogram, set_exemplar_supplier};
/// use std::time::Duration;
///
/// # fn current_trace() -> Option<String> { Some("4bf92f3577b34da6".into()) }
/// set_exemplar_supplier(Duration::from_millis(10), Duration::from_secs(7), || {
///     Some(vec![("trace_id".into(), current_trace()?)])
/// });
///
/// let seconds = Histogram::default();
/// drop(seconds.start_timer());
/// ```
pub fn set_exemplar_supplier(
    every: Duration,
    retain: Duration,
    supplier: impl Fn() -> Option<ExemplarLabels> + Send + Sync + 'static,
) {
    if crate::model::HAS_CLOCK {
        let sampling = Sampling { supplier: Arc::new(supplier), every, retain, next: Mutex::new(Instant::now()) };
        let before = SAMPLING.write().unwrap_or_else(PoisonError::into_inner).replace(Arc::new(sampling));
        IS_ON.store(true, Release);
        // Not under the lock: what it has captured may do anything when it is dropped.
        drop(before);
    }
}

/// Takes the supplier away again.
///
/// ```
/// metrics_core::remove_exemplar_supplier();
/// ```
pub fn remove_exemplar_supplier() {
    IS_ON.store(false, Release);
    let before = SAMPLING.write().unwrap_or_else(PoisonError::into_inner).take();
    drop(before);
}

/// Whether there is a supplier.
#[inline]
pub(super) fn has_supplier() -> bool {
    IS_ON.load(Relaxed)
}

/// An exemplar for this value, if there is a supplier and it is time, and how long it is to be kept at least.
pub(super) fn sample(value: f64) -> Option<(Exemplar, Duration)> {
    let sampling = SAMPLING.read().unwrap_or_else(PoisonError::into_inner).clone()?;
    {
        // Who cannot have it at once is not the first.
        let mut next = sampling.next.try_lock().ok()?;
        let now = Instant::now();
        if now < *next {
            return None;
        }
        *next = now + sampling.every;
    }
    let exemplar = make((sampling.supplier)()?, value).inspect_err(|_| {
        REJECTED.fetch_add(1, Relaxed);
    });
    Some((exemplar.ok()?, sampling.retain))
}

impl fmt::Debug for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sampling").field("every", &self.every).field("retain", &self.retain).finish_non_exhaustive()
    }
}
