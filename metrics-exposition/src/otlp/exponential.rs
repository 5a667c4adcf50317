//! Native histograms as exponential ones.

use metrics_core::model::NativeBuckets;

/// A side of an exponential histogram: counts of buckets that follow one another.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Dense {
    pub(super) offset: i32,
    pub(super) counts: Vec<u64>,
}

/// As many buckets has a side at most. Between spans may lie thousands of empty ones, which have no place here but as zeros.
const MOST: i64 = 2_048;

/// The finest scale, up to `schema`, at which either side has few enough buckets; and both.
///
/// Bucket *i* of Prometheus ends where bucket *i* of [OpenTelemetry][spec] begins; so the offset is one less. What OpenTelemetry
/// calls scale is the schema.
///
/// [spec]: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
pub(super) fn dense(schema: i8, sides: [&NativeBuckets; 2]) -> (i8, [Dense; 2]) {
    let shift = (0..=62).find(|shift| sides.iter().all(|side| width(side, *shift) <= MOST)).unwrap_or(62);
    let scale = schema.saturating_sub(i8::try_from(shift).unwrap_or(i8::MAX));
    (scale, sides.map(|side| merged(side, shift)))
}

/// Bucket numbers of OpenTelemetry, of those that hold something.
fn filled(side: &NativeBuckets, shift: u32) -> impl Iterator<Item = (i64, u64)> {
    let filled = side.iter().filter(|(_, count)| *count > 0);
    filled.map(move |(index, count)| ((i64::from(index) - 1) >> shift, count))
}

fn width(side: &NativeBuckets, shift: u32) -> i64 {
    let (first, last) = (filled(side, shift).next(), filled(side, shift).last());
    first.zip(last).map_or(0, |((first, _), (last, _))| last - first + 1)
}

fn merged(side: &NativeBuckets, shift: u32) -> Dense {
    let Some((first, _)) = filled(side, shift).next() else { return Dense::default() };
    let mut counts: Vec<u64> = Vec::new();
    for (index, count) in filled(side, shift) {
        let at = usize::try_from(index - first).unwrap_or_default();
        counts.resize((at + 1).max(counts.len()), 0);
        counts[at] = counts[at].saturating_add(count);
    }
    // One less than an `i32` is one only of the smallest, whose bucket no double is in.
    Dense { offset: i32::try_from(first).unwrap_or(i32::MIN), counts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_core::model::BucketSpan;
    use proptest::prelude::*;

    fn side(spans: &[(i32, u32)], counts: &[u64]) -> NativeBuckets {
        let spans = spans.iter().map(|(offset, length)| BucketSpan { offset: *offset, length: *length }).collect();
        NativeBuckets::from_counts(spans, counts.to_vec()).unwrap()
    }

    #[test]
    fn gaps_are_zeros_and_the_offset_is_one_less() {
        let none = NativeBuckets::default();
        let (scale, [positive, negative]) = dense(3, [&side(&[(-2, 2), (2, 1)], &[1, 5, 2]), &none]);
        assert_eq!((scale, negative), (3, Dense::default()));
        assert_eq!(positive, Dense { offset: -3, counts: vec![1, 5, 0, 0, 2] });
        let (_, [positive, _]) = dense(3, [&side(&[(4, 3)], &[0, 7, 0]), &none]);
        assert_eq!(positive, Dense { offset: 4, counts: vec![7] }, "empty buckets at the ends are left out");
    }

    #[test]
    fn what_is_too_wide_is_made_coarser_on_both_sides() {
        let wide = side(&[(-5_000, 1), (9_999, 1)], &[1, 2]);
        let (scale, [positive, negative]) = dense(8, [&wide, &side(&[(1, 2)], &[3, 4])]);
        assert_eq!(scale, 5);
        assert_eq!((positive.offset, positive.counts.len()), (-5_001 >> 3, 1_251));
        assert_eq!(negative, Dense { offset: 0, counts: vec![7] });
    }

    proptest! {
        /// Each bucket lies in the one that it went to, and nothing is lost.
        #[test]
        fn counts_stay_where_they_are(
            first in -40_000i32..40_000,
            gaps in prop::collection::vec((0u32..20_000, 1u64..9), 1..20),
        ) {
            let mut spans = vec![(first, 1)];
            spans.extend(gaps[1..].iter().map(|(gap, _)| (i32::try_from(*gap).unwrap(), 1)));
            let counts: Vec<_> = gaps.iter().map(|(_, count)| *count).collect();
            let native = side(&spans, &counts);
            let (scale, [positive, _]) = dense(8, [&native, &NativeBuckets::default()]);
            prop_assert!(positive.counts.len() <= 2_048);
            prop_assert_eq!(positive.counts.iter().sum::<u64>(), counts.iter().sum::<u64>());
            let factor = 1i64 << (8 - scale);
            for (index, count) in native.iter() {
                let to = (i64::from(index) - 1).div_euclid(factor) - i64::from(positive.offset);
                prop_assert!(positive.counts[usize::try_from(to).unwrap()] >= count);
            }
        }
    }
}
