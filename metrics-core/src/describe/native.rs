use std::time::Duration;

/// How a histogram's native buckets are kept: how fine they are, how many there may be, and what happens when there
/// would be more.
///
/// ```
/// use metrics_core::{Histogram, NativeOptions};
/// use std::time::Duration;
///
/// const OPTIONS: NativeOptions = NativeOptions::DEFAULT
///     .factor(1.05)
///     .max_buckets(100)
///     .min_reset(Duration::from_secs(3_600))
///     .max_zero_threshold(1e-6);
/// let seconds = Histogram::native(OPTIONS);
/// # seconds.observe(0.25);
/// ```
///
/// Each method checks what it is given, and panics with the rule: in a constant, when your crate is compiled.
///
/// When an observation would need more than [`max_buckets`](Self::max_buckets), the first of these is done that can be,
/// over and over until they fit, as [the field][go] has it:
///
/// 1. Start over, with nothing but that observation, if [`min_reset`](Self::min_reset) allows it already.
/// 2. Let the zero bucket swallow the buckets next to it, up to [`max_zero_threshold`](Self::max_zero_threshold).
/// 3. Halve the resolution: each bucket becomes one with its neighbour. The coarsest buckets are 65,536 times as wide
///    as those before them, and there are never more than 270 of these.
///
/// [go]: https://pkg.go.dev/github.com/prometheus/client_golang/prometheus#HistogramOpts
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NativeOptions {
    pub(crate) factor: f64,
    pub(crate) zero_threshold: f64,
    pub(crate) max_buckets: usize,
    pub(crate) min_reset: Option<Duration>,
    pub(crate) max_zero_threshold: f64,
}

impl NativeOptions {
    /// What the [specification][spec] recommends: buckets that grow by at most 1.1 (schema 3), at most 160 of them, and
    /// a zero bucket up to 2^−128. It never starts over, and the zero bucket keeps its width.
    ///
    /// [spec]: https://prometheus.io/docs/specs/native_histograms/#instrumentation-libraries
    pub const DEFAULT: Self = Self {
        factor: 1.1,
        // 2^-128 by its bits: the only one set is that of the exponent.
        zero_threshold: f64::from_bits((1023 - 128) << 52),
        max_buckets: 160,
        min_reset: None,
        max_zero_threshold: 0.0,
    };

    /// Each bucket's upper bound is at most this many times that of the one before it: the coarsest resolution is taken
    /// of which that is true, and the finest (1.0027) if it is true of none.
    ///
    /// # Panics
    /// If it is not above 1.
    #[must_use]
    #[track_caller]
    pub const fn factor(self, factor: f64) -> Self {
        assert!(factor > 1.0, "native buckets: the factor must be above 1; 1.1 is usual");
        Self { factor, ..self }
    }

    /// What is no farther from zero than this counts in the zero bucket. With 0, only zero itself does.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub const fn zero_threshold(self, threshold: f64) -> Self {
        assert!(
            threshold >= 0.0 && threshold < f64::INFINITY,
            "native buckets: the zero threshold is a distance from zero, so it must be finite and not negative"
        );
        Self { zero_threshold: threshold, ..self }
    }

    /// The most buckets, on both sides of zero together, the zero bucket aside.
    ///
    /// # Panics
    /// If it is 0. There is no number for no limit; a large one will do.
    #[must_use]
    #[track_caller]
    pub const fn max_buckets(self, max: usize) -> Self {
        assert!(max > 0, "native buckets: at least one must be allowed; 160 is usual");
        Self { max_buckets: max, ..self }
    }

    /// Lets the histogram start over, at zero and with its first resolution, instead of getting coarser, if it is at
    /// least this old then. One that got coarser when it was younger starts over behind the first scrape that finds it
    /// that old. At least an hour is recommended: Prometheus takes it for a restart of the program.
    ///
    /// On wasm32-unknown-unknown, which has no clock, no time passes.
    #[must_use]
    pub const fn min_reset(self, age: Duration) -> Self {
        Self { min_reset: Some(age), ..self }
    }

    /// Lets the zero bucket grow up to this distance from zero.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub const fn max_zero_threshold(self, max: f64) -> Self {
        assert!(
            max >= 0.0 && max < f64::INFINITY,
            "native buckets: the greatest zero threshold is a distance from zero, so it must be finite and not negative"
        );
        Self { max_zero_threshold: max, ..self }
    }
}

/// [`DEFAULT`](Self::DEFAULT).
impl Default for NativeOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}
