use super::collect::{Child, HasGaugeMode, Instrument, Measured, Spec, instrument};
use super::family::{Handle, Ref, Storage};
use super::journal::{Key, Named, NumberType, Place, Traits};
use super::points::Points;
use crate::cell::{Stopped, Word, stop};
use crate::model::{Exemplar, Number, Point, Timestamp};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A value that goes up and down: a temperature, a queue's length.
///
/// `Gauge` holds an `f64`, `Gauge<i64>` an integer. It is one atomic for all threads, because `set` needs
/// one truth: `set` costs half a nanosecond, adding 5 ns to an `i64` and 10 to an `f64`, more where threads
/// contend. All operations are relaxed: a gauge orders no other memory.
///
/// ```
/// use metrics_core::Gauge;
/// let waiting = Gauge::<i64>::default();
/// waiting.inc();
/// waiting.sub(3);
/// assert_eq!(waiting.get(), -2);
///
/// let celsius = Gauge::new();
/// celsius.set(21.5);
/// assert_eq!(celsius.get(), 21.5);
/// ```
pub struct Gauge<T = f64> {
    word: Word,
    value: PhantomData<T>,
}

/// What a [`Gauge`] holds: `f64` or `i64`. Sealed.
#[diagnostic::on_unimplemented(
    message = "a gauge holds an `f64` or an `i64`",
    label = "`{Self}` is neither",
    note = "`Gauge` is `Gauge<f64>`; `Gauge<i64>` counts things"
)]
pub trait GaugeValue: Copy + Default + fmt::Debug + Into<Number> + Send + Sync + 'static + sealed::Value {}

mod sealed {
    use super::{NumberType, Word};

    pub trait Value: Sized {
        const ONE: Self;
        const NUMBER: NumberType;
        fn add(word: &Word, v: Self);
        fn sub(word: &Word, v: Self);
        fn from_word(word: u64) -> Self;
        fn into_word(self) -> u64;
        fn from_secs_f64(seconds: f64) -> Self;
    }
}

impl GaugeValue for f64 {}

impl sealed::Value for f64 {
    const ONE: Self = 1.0;
    const NUMBER: NumberType = NumberType::F64;

    #[inline(always)]
    fn add(word: &Word, v: Self) {
        word.update(|bits| (Self::from_bits(bits) + v).to_bits());
    }

    #[inline(always)]
    fn sub(word: &Word, v: Self) {
        Self::add(word, -v);
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        Self::from_bits(word)
    }

    #[inline(always)]
    fn into_word(self) -> u64 {
        self.to_bits()
    }

    fn from_secs_f64(seconds: f64) -> Self {
        seconds
    }
}

impl GaugeValue for i64 {}

impl sealed::Value for i64 {
    const ONE: Self = 1;
    const NUMBER: NumberType = NumberType::I64;

    #[inline(always)]
    fn add(word: &Word, v: Self) {
        word.add(v.cast_unsigned());
    }

    #[inline(always)]
    fn sub(word: &Word, v: Self) {
        word.add(v.cast_unsigned().wrapping_neg());
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        word.cast_signed()
    }

    #[inline(always)]
    fn into_word(self) -> u64 {
        self.cast_unsigned()
    }

    #[allow(clippy::cast_possible_truncation, reason = "whole seconds")]
    fn from_secs_f64(seconds: f64) -> Self {
        seconds as Self
    }
}

impl Gauge {
    /// A gauge at zero that no registry exposes yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<T: GaugeValue> Gauge<T> {
    /// Replaces the value.
    #[inline]
    pub fn set(&self, value: T) {
        self.word.store(value.into_word());
    }

    /// Adds 1.
    #[inline]
    pub fn inc(&self) {
        T::add(&self.word, T::ONE);
    }

    /// Subtracts 1.
    #[inline]
    pub fn dec(&self) {
        T::sub(&self.word, T::ONE);
    }

    /// Adds `amount`, which may be negative. An `i64` wraps around.
    #[inline]
    pub fn add(&self, amount: T) {
        T::add(&self.word, amount);
    }

    /// Subtracts `amount`. An `i64` wraps around.
    #[inline]
    pub fn sub(&self, amount: T) {
        T::sub(&self.word, amount);
    }

    /// Sets it to the seconds since 1970, by the wall clock: "last success" and the like.
    pub fn set_to_current_time(&self) {
        self.set(T::from_secs_f64(Timestamp::now().as_secs_f64()));
    }

    /// The present value.
    #[inline]
    pub fn get(&self) -> T {
        T::from_word(self.word.load())
    }

    /// Adds 1 until the guard is dropped, also by a panic or a cancelled future.
    ///
    /// ```
    /// use metrics_core::Gauge;
    /// let in_flight = Gauge::new();
    /// {
    ///     let _guard = in_flight.track_in_progress();
    ///     assert_eq!(in_flight.get(), 1.0);
    /// }
    /// assert_eq!(in_flight.get(), 0.0);
    /// ```
    #[must_use = "counts until it is dropped: `let _guard = …`"]
    pub fn track_in_progress(&self) -> InProgress<&Self> {
        InProgress::new(self)
    }
}

impl<D: Storage, T: GaugeValue> Ref<'_, D, Gauge<T>> {
    /// See [`Gauge::track_in_progress`]. The guard holds a [`Handle`], so that it can outlive this reference
    /// and be sent to other threads.
    #[must_use = "counts until it is dropped: `let _guard = …`"]
    pub fn track_in_progress(&self) -> InProgress<Handle<Gauge<T>>> {
        InProgress::new(self.handle())
    }
}

/// One more in a gauge, until it is dropped; see [`Gauge::track_in_progress`].
#[derive(Debug)]
pub struct InProgress<G: Deref<Target: UpAndDown>> {
    gauge: G,
}

/// Either type of gauge.
#[doc(hidden)]
pub trait UpAndDown {
    fn up(&self);
    fn down(&self);
}

impl<T: GaugeValue> UpAndDown for Gauge<T> {
    fn up(&self) {
        self.inc();
    }

    fn down(&self) {
        self.dec();
    }
}

impl<G: Deref<Target: UpAndDown>> InProgress<G> {
    fn new(gauge: G) -> Self {
        gauge.up();
        Self { gauge }
    }
}

impl<G: Deref<Target: UpAndDown>> Drop for InProgress<G> {
    fn drop(&mut self) {
        self.gauge.down();
    }
}

impl<T: GaugeValue> Default for Gauge<T> {
    fn default() -> Self {
        Self::build(&Spec::BARE)
    }
}

impl<T: GaugeValue> fmt::Debug for Gauge<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.get()).finish()
    }
}

impl<T: GaugeValue> HasGaugeMode for Gauge<T> {}

instrument!(impl[T: GaugeValue] Gauge<T>, Gauge);

impl<T: GaugeValue> Child for Gauge<T> {
    type Shared = ();

    fn shared(_: &Spec<'_>, _: &'static [&'static str]) {}

    fn create((): &()) -> Self {
        Self { word: stop().allocate_word(), value: PhantomData }
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        points.children(children);
    }

    fn measure(&self, words: &mut Vec<u64>) {
        Self::read(std::iter::once(self), words);
    }

    fn go_on(&self, _: &[u64], now: &[u64], is_new: bool) {
        // What others set or added meanwhile is the truth.
        if is_new {
            self.word.store(now[0]);
        }
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        self.set(T::default());
    }

    fn announce(&self, _: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let (key, place) = (Key::of_word(&self.word), Place::of_word(&self.word));
        let Some(named) = named else { return key.end() };
        if named.is_timed() {
            self.word.note_times();
        }
        if let Some(record) = named.record(Traits::of(T::NUMBER), key, place) {
            record.begin();
        }
    }
}

impl<T: GaugeValue> Measured for Gauge<T> {
    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        words.clear();
        words.extend(children.map(|child| child.word.load()));
    }

    fn point<'a>(&'a self, words: &'a [u64], _: &'a mut Vec<Option<Exemplar>>) -> Point<'a> {
        Point::Gauge { value: T::from_word(words[0]).into(), exemplar: None }
    }
}
