use super::collect::{Child, HasGaugeMode, Spec, instrument};
use super::journal::{Key, Named, NumberType, Place, Traits};
use super::points::Points;
use crate::cell::{Stopped, Word, stop};
use crate::label::{Countable, LabelValue};
use crate::model::Point;
use std::fmt;
use std::marker::PhantomData;

/// Which of some states is the case: of a circuit breaker, a leader election, a job.
///
/// The states are the values of an enum with `#[derive(LabelValue)]`, or of `bool`. Exactly one is the case, at first
/// the first one. A page has a sample for each state, 1 or 0, with the state in a label that is named like the family:
/// `breaker{breaker="open"} 1` ([specification][spec]).
///
/// ```
/// use metrics_core::{LabelValue, StateSet};
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Breaker { Closed, Open, HalfOpen }
///
/// let breaker = StateSet::<Breaker>::new();
/// assert_eq!(breaker.state(), "closed");
/// breaker.set(Breaker::HalfOpen);
/// assert!(breaker.is(Breaker::HalfOpen) && !breaker.is(Breaker::Open));
/// # let _ = Breaker::Closed;
/// ```
///
/// It is one atomic for all threads: `set` costs half a nanosecond, and all states on a page belong to one moment. All
/// methods may be called from any thread; none blocks, allocates or panics.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#stateset
pub struct StateSet<S> {
    /// The state's index.
    word: Word,
    states: PhantomData<fn(S)>,
}

impl<S: LabelValue<Density: Countable> + 'static> StateSet<S> {
    /// A state set in its first state, which no registry exposes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on, `state` is the case and no other one is.
    #[inline]
    #[allow(clippy::needless_pass_by_value, reason = "states are small, and `set(State::Open)` reads best")]
    pub fn set(&self, state: S) {
        self.word.store(state.index() as u64);
    }

    /// Whether `state` is the case.
    #[allow(clippy::needless_pass_by_value, reason = "states are small, and `is(State::Open)` reads best")]
    pub fn is(&self, state: S) -> bool {
        self.word.load() == state.index() as u64
    }

    /// The state that is the case, as it stands on a page.
    pub fn state(&self) -> &'static str {
        usize::try_from(self.word.load()).ok().and_then(|index| S::VALUES.get(index)).copied().unwrap_or_default()
    }
}

impl<S: LabelValue<Density: Countable> + 'static> Default for StateSet<S> {
    fn default() -> Self {
        use super::collect::Instrument;
        Self::build(&Spec::BARE)
    }
}

impl<S: LabelValue<Density: Countable> + 'static> fmt::Debug for StateSet<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StateSet").field(&self.state()).finish()
    }
}

impl<S: LabelValue<Density: Countable> + 'static> HasGaugeMode for StateSet<S> {}

instrument!(impl[S: LabelValue<Density: Countable> + 'static] StateSet<S>, StateSet);

impl<S: LabelValue<Density: Countable> + 'static> Child for StateSet<S> {
    type Shared = ();

    fn shared(_: &Spec<'_>, _: &'static [&'static str]) {}

    fn create((): &()) -> Self {
        Self { word: stop().allocate_word(), states: PhantomData }
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        for (own, child) in children {
            let active = child.word.load();
            for (state, index) in S::VALUES.iter().zip(0..) {
                points.push(own, Point::StateSet { state, active: index == active });
            }
        }
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        self.word.store(0);
    }

    fn announce(&self, _: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let (key, place) = (Key::of_word(&self.word), Place::of_word(&self.word));
        let Some(named) = named else { return key.end() };
        if named.is_timed() {
            self.word.note_times();
        }
        let traits = Traits { states: S::VALUES, ..Traits::of(NumberType::U64) };
        if let Some(record) = named.record(traits, key, place) {
            record.begin();
        }
    }
}
