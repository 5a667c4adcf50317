//! Histograms that are read whole.

use metrics_core::model::{Exemplar, FamilyFault, GaugeHistogramPoint, HistogramPoint, NativeHistogram};

/// Upper bound, how many observations lie at or below it, and one of those in the bucket.
pub(super) type Bucket = (f64, u64, Option<Exemplar>);

/// Both have the same constructors.
pub(super) trait FromBuckets: Sized {
    fn from_buckets(buckets: impl IntoIterator<Item = Bucket>) -> Result<Self, FamilyFault>;
    fn from_native(native: NativeHistogram) -> Self;
    fn with_native(self, native: NativeHistogram) -> Self;
    fn with_sum(self, sum: f64) -> Self;
}

macro_rules! from_buckets {
    ($($point:ident)*) => {$(
        impl FromBuckets for $point {
            fn from_buckets(buckets: impl IntoIterator<Item = Bucket>) -> Result<Self, FamilyFault> {
                Self::with_exemplars(buckets)
            }

            fn from_native(native: NativeHistogram) -> Self {
                Self::native_only(native)
            }

            fn with_native(self, native: NativeHistogram) -> Self {
                self.native(native)
            }

            fn with_sum(self, sum: f64) -> Self {
                self.sum(sum)
            }
        }
    )*};
}

from_buckets!(HistogramPoint GaugeHistogramPoint);
