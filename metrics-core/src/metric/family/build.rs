//! Families of histograms and summaries that are not as the derives' attributes say.

#[cfg(feature = "quantiles")]
use super::HasQuantiles;
use super::{Child, DynamicFamily, Family, HasBuckets, Spec, Storage};
use crate::label::{DynamicLabels, LabelSet};
use crate::metric::Histogram;
use crate::model::{NativeOptions, Options};
use crate::name::Broken;

#[track_caller]
fn accept(checked: Result<(), Broken>) {
    if let Err(broken) = checked {
        panic!("{}", broken.rule);
    }
}

#[track_caller]
fn buckets(bounds: &'static [f64]) -> Options {
    accept(crate::name::buckets(bounds));
    Options { buckets: Some(bounds), ..Options::NONE }
}

#[cfg(feature = "quantiles")]
#[track_caller]
fn quantiles(quantiles: &'static [f64]) -> Options {
    accept(crate::name::quantiles(quantiles));
    Options { quantiles: Some(quantiles), ..Options::NONE }
}

impl<L: LabelSet<Density: Storage>, M: Child + HasBuckets> Family<L, M> {
    /// An empty family of histograms with these bounds.
    ///
    /// # Panics
    /// As [`Histogram::new`].
    #[track_caller]
    pub fn with_buckets(bounds: &'static [f64]) -> Self {
        Self::of(&Spec { options: &buckets(bounds), ..Spec::BARE })
    }
}

impl<M: Child + HasBuckets> DynamicFamily<M> {
    /// An empty family of histograms with these bounds.
    ///
    /// # Panics
    /// As [`Histogram::new`].
    #[track_caller]
    pub fn with_buckets(labels: &DynamicLabels, bounds: &'static [f64]) -> Self {
        Self::of(labels, &buckets(bounds))
    }
}

#[cfg(feature = "quantiles")]
impl<L: LabelSet<Density: Storage>, M: Child + HasQuantiles> Family<L, M> {
    /// An empty family of summaries with these quantiles.
    ///
    /// # Panics
    /// As [`Summary::with_quantiles`](crate::Summary::with_quantiles).
    #[track_caller]
    pub fn with_quantiles(quantiles: &'static [f64]) -> Self {
        Self::of(&Spec { options: &self::quantiles(quantiles), ..Spec::BARE })
    }
}

#[cfg(feature = "quantiles")]
impl<M: Child + HasQuantiles> DynamicFamily<M> {
    /// An empty family of summaries with these quantiles.
    ///
    /// # Panics
    /// As [`Summary::with_quantiles`](crate::Summary::with_quantiles).
    #[track_caller]
    pub fn with_quantiles(labels: &DynamicLabels, quantiles: &'static [f64]) -> Self {
        Self::of(labels, &self::quantiles(quantiles))
    }
}

impl<L: LabelSet<Density: Storage>> Family<L, Histogram> {
    /// An empty family of histograms with native buckets only, see [`Histogram::native`].
    ///
    /// ```
    /// use metrics_core::{Family, Histogram, LabelSet, NativeOptions};
    /// #[derive(LabelSet)]
    /// struct Page<'a> { path: &'a str }
    ///
    /// let seconds = Family::<Page<'static>, Histogram>::native(NativeOptions::DEFAULT);
    /// seconds.with(&Page { path: "/" }).observe(0.25);
    /// ```
    pub fn native(options: NativeOptions) -> Self {
        let options = Options { native: Some(options), ..Options::NONE };
        Self::of(&Spec { options: &options, ..Spec::BARE })
    }

    /// An empty family of histograms with these bounds, and native buckets besides; see [`Histogram::with_native`].
    ///
    /// # Panics
    /// As [`Histogram::new`].
    #[track_caller]
    pub fn with_native(bounds: &'static [f64], options: NativeOptions) -> Self {
        let options = Options { native: Some(options), ..buckets(bounds) };
        Self::of(&Spec { options: &options, ..Spec::BARE })
    }
}

impl DynamicFamily<Histogram> {
    /// An empty family of histograms with native buckets only, see [`Histogram::native`].
    pub fn native(labels: &DynamicLabels, options: NativeOptions) -> Self {
        Self::of(labels, &Options { native: Some(options), ..Options::NONE })
    }

    /// An empty family of histograms with these bounds, and native buckets besides; see [`Histogram::with_native`].
    ///
    /// # Panics
    /// As [`Histogram::new`].
    #[track_caller]
    pub fn with_native(labels: &DynamicLabels, bounds: &'static [f64], options: NativeOptions) -> Self {
        Self::of(labels, &Options { native: Some(options), ..buckets(bounds) })
    }
}
