//! Which bucket a number is in, and where the buckets end.
//!
//! With schema *s*, bucket *i* holds what is above *base*^(*i*−1) and at most *base*^*i*, where *base* = 2^(2^−*s*), as
//! the [specification][spec] has it. All is done with indices of the finest schema, 8: two buckets of a schema are one
//! of the next coarser one, so that an index of any schema is one of schema 8, divided and rounded up.
//!
//! [spec]: https://prometheus.io/docs/specs/native_histograms/#schema

/// The finest schema. Those of other schemas are so many steps coarser.
pub(super) const FINEST: i8 = 8;
/// Steps to the coarsest schema, −4.
pub(super) const MOST_STEPS: u32 = 12;
/// Buckets of an octave, as bits of an index.
const OCTAVE: u32 = 8;
/// Bits of a double's mantissa.
const MANTISSA: u32 = 52;
const MANTISSA_MASK: u64 = (1 << MANTISSA) - 1;
pub(super) const INFINITY: u64 = f64::INFINITY.to_bits();
pub(super) const LEAST_NORMAL: u64 = f64::MIN_POSITIVE.to_bits();

/// The bases of schemas 1 to 8, as Go computes them, whose bounds all clients follow: 2^(1/2) is one bit too low.
#[allow(clippy::approx_constant, reason = "the first is the root of 2 but for its last bit")]
const BASES: [f64; OCTAVE as usize] = [
    1.414213562373095,
    1.189207115002721,
    1.0905077326652577,
    1.0442737824274138,
    1.0218971486541166,
    1.0108892860517005,
    1.0054299011128027,
    1.0027112750502025,
];

/// Upper bounds of an octave of schema 8, from 1 on.
///
/// As Go does it: every second bound is that of the schema before, and those between are one step from these. What is
/// rounded on the way belongs to it: the bounds are those of other clients to the last bit.
const BOUNDS: [f64; 1 << OCTAVE] = {
    let mut bounds = [1.0; 1 << OCTAVE];
    let mut schema = 0;
    while schema < BASES.len() {
        let width = (1 << OCTAVE) >> schema;
        let mut at = 0;
        while at < bounds.len() {
            bounds[at + width / 2] = bounds[at] * BASES[schema];
            at += width;
        }
        schema += 1;
    }
    bounds
};

/// Bits of a mantissa that select an entry of [`TABLE`]: as many as leave at most one bound to each.
const KEY: u32 = OCTAVE + 1;
/// Bits above a mantissa. Shifted out, they leave room for a count of bounds below it.
const ABOVE: u32 = u64::BITS - MANTISSA;

/// For each value of the first bits of a mantissa: how many bounds of an octave are below all of these numbers, beyond as
/// many as if they were at equal distances ([`ABOVE`] bits), and above that the mantissa of the first that is not. Then one
/// comparison decides.
static TABLE: [u64; 1 << KEY] = {
    let mut table = [0; 1 << KEY];
    let (mut below, mut key) = (0, 0);
    while key < table.len() {
        while below < BOUNDS.len() && BOUNDS[below].to_bits() & MANTISSA_MASK < (key as u64) << (MANTISSA - KEY) {
            below += 1;
        }
        let bound = if below < BOUNDS.len() { BOUNDS[below].to_bits() & MANTISSA_MASK } else { MANTISSA_MASK };
        table[key] = bound << ABOVE | (below - (key >> (KEY - OCTAVE))) as u64;
        key += 1;
    }
    table
};

/// The index from which [`since_zeroth`] counts.
pub(super) const ZEROTH: i64 = -1023 << OCTAVE;

/// How far the index, in the finest schema, of a positive number that is neither subnormal nor infinite is from
/// [`ZEROTH`], by the number's bits.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "a part of a double")]
pub(super) fn since_zeroth(bits: u64) -> u64 {
    let mantissa = bits << ABOVE;
    let entry = TABLE[(mantissa >> (u64::BITS - KEY)) as usize];
    // What the entry has below its bound decides nothing: a mantissa has zeros there.
    let beyond = (entry & ((1 << ABOVE) - 1)) + u64::from(entry < mantissa);
    (bits >> (MANTISSA - OCTAVE)) + beyond
}

/// Index, in the finest schema, of such a number.
#[allow(clippy::cast_possible_truncation, reason = "ends of doubles are not far apart")]
fn finest_of_normal(bits: u64) -> i32 {
    (since_zeroth(bits).cast_signed() + ZEROTH) as i32
}

/// Index, in the finest schema, of any number above zero. Infinity has the bucket behind that of the greatest number.
pub(super) fn finest(value: f64) -> i32 {
    match value.to_bits() {
        INFINITY => finest_of_normal(f64::MAX.to_bits()) + 1,
        // Subnormal: 2^64 times as much is not.
        bits if bits < LEAST_NORMAL => finest_of_normal((value * 2f64.powi(64)).to_bits()) - (64 << OCTAVE),
        bits => finest_of_normal(bits),
    }
}

/// The same bucket's index in a schema that many steps coarser.
pub(super) fn coarser(index: i32, steps: u32) -> i32 {
    (index + round_up(steps)) >> steps
}

/// What is added to an index before it is shifted by that many steps, so that it is divided and rounded up.
pub(super) fn round_up(steps: u32) -> i32 {
    (1 << steps) - 1
}

/// Upper bound of a bucket, by its index in a schema that many steps coarser than the finest. That of the bucket
/// before infinity's is the greatest number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a remainder, and small exponents")]
pub(super) fn upper_bound(index: i32, steps: u32) -> f64 {
    let finest = i64::from(index) << steps;
    let bound = BOUNDS[(finest & ((1 << OCTAVE) - 1)) as usize];
    let exponent = (finest >> OCTAVE) as i32;
    if exponent == 1024 && bound == 1.0 {
        return f64::MAX;
    }
    // In two steps, each of which is a power that there is: it may end beyond the normal numbers, on both sides.
    let power = |exponent: i32| f64::from_bits(((1023 + exponent.clamp(-1022, 1023)) as u64) << MANTISSA);
    bound * power(exponent / 2) * power(exponent - exponent / 2)
}

/// Upper bound of bucket `index` of a schema, from −4 to 8; for what merges native histograms.
#[doc(hidden)]
pub fn native_upper_bound(schema: i8, index: i32) -> f64 {
    upper_bound(index, u32::try_from(FINEST - schema).map_or(MOST_STEPS, |steps| steps.min(MOST_STEPS)))
}

/// Steps from the finest schema to the coarsest whose buckets grow by at most `factor`.
pub(super) fn steps_of_factor(factor: f64) -> u32 {
    // 2, 4, 16, 256 and 65,536; the schemas from 0 down to -4.
    let whole = (0..=4).rev().find(|coarser: &u32| factor >= 2f64.powi(1 << coarser)).map(|coarser| 8 + coarser);
    let fraction = || (1..=8).find(|schema| factor >= BASES[*schema as usize - 1]).map(|schema| 8 - schema);
    whole.or_else(fraction).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    fn schema(steps: u32) -> i32 {
        i32::from(FINEST) - i32::try_from(steps).unwrap()
    }

    /// The bounds of schema 8 in an octave from 0.5 on, as `client_golang` lists them (`nativeHistogramBounds`); those of
    /// the other schemas are some of these.
    static GO: LazyLock<Vec<f64>> =
        LazyLock::new(|| include_str!("bounds.txt").split_whitespace().map(|bound| bound.parse().unwrap()).collect());

    /// The bucket by Go's rule: the exponent, and a search among the fractions.
    fn by_search(value: f64, steps: u32) -> i32 {
        let is_infinite = value == f64::INFINITY;
        let value = if is_infinite { f64::MAX } else { value };
        // value = fraction × 2^exponent, and the fraction is at least a half and below 1.
        let (mut fraction, mut exponent) = (value, 0);
        while fraction >= 1.0 {
            (fraction, exponent) = (fraction / 2.0, exponent + 1);
        }
        while fraction < 0.5 {
            (fraction, exponent) = (fraction * 2.0, exponent - 1);
        }
        let index = match u32::try_from(schema(steps)) {
            Ok(schema @ 1..) => {
                let below = GO.iter().step_by(1 << steps).filter(|bound| **bound < fraction).count();
                i32::try_from(below).unwrap() + ((exponent - 1) << schema)
            }
            _ => {
                let exponent = if fraction == 0.5 { exponent - 1 } else { exponent };
                let width = 1 << (steps - 8);
                (exponent + width - 1).div_euclid(width)
            }
        };
        index + i32::from(is_infinite)
    }

    #[test]
    fn bounds_are_those_of_go_to_the_last_bit() {
        let ours: Vec<f64> = BOUNDS.iter().map(|bound| bound / 2.0).collect();
        assert_eq!(ours, *GO);
        for (at, bound) in BOUNDS.iter().enumerate() {
            let exact = (at as f64 / 256.0).exp2();
            assert!((bound / exact - 1.0).abs() < 1e-15, "{at}: {bound} is not {exact}");
        }
    }

    #[test]
    fn each_number_is_in_the_bucket_that_go_puts_it_in() {
        let mut values =
            vec![5e-324, 1e-310, f64::MIN_POSITIVE, f64::MIN_POSITIVE.next_down(), f64::MAX, f64::INFINITY];
        for exponent in [-1021, -300, -128, -1, 0, 1, 2, 15, 16, 17, 300, 1023] {
            for bound in GO.iter().step_by(if cfg!(miri) { 64 } else { 3 }) {
                let bound = bound * 2f64.powi(exponent);
                values.extend([bound.next_down(), bound, bound.next_up()]);
            }
        }
        for value in values {
            for steps in 0..=MOST_STEPS {
                let index = coarser(finest(value), steps);
                assert_eq!(index, by_search(value, steps), "{value:e} at schema {}", schema(steps));
                // And it is above the bound before, and not above its own.
                let (lower, upper) = (upper_bound(index - 1, steps), upper_bound(index, steps));
                let is_in = if value == f64::INFINITY { lower == f64::MAX } else { lower < value && value <= upper };
                // Subnormal bounds are rounded, so that a number may fall between.
                assert!(is_in || upper < f64::MIN_POSITIVE, "{lower:e} < {value:e} <= {upper:e}");
            }
        }
    }

    #[test]
    fn bounds_at_the_ends() {
        assert_eq!(upper_bound(0, 0), 1.0);
        assert_eq!(upper_bound(1, 12), 65_536.0);
        assert_eq!(upper_bound(-8, 12), 2f64.powi(-128));
        assert_eq!(upper_bound(64, 12), f64::MAX);
        assert_eq!(upper_bound(65, 12), f64::INFINITY);
        assert_eq!(upper_bound(1024 << 3, 5), f64::MAX);
        assert_eq!(upper_bound((1024 << 3) + 1, 5), f64::INFINITY);
        assert_eq!(upper_bound(-1074, 8), 5e-324);
    }

    /// The specification's table of factors.
    #[test]
    fn factors_select_schemas() {
        let table = [
            (65_536.0, -4),
            (256.0, -3),
            (16.0, -2),
            (4.0, -1),
            (2.0, 0),
            (1.5, 1),
            (1.2, 2),
            (1.1, 3),
            (1.05, 4),
            (1.03, 5),
            (1.02, 6),
            (1.01, 7),
            (1.005, 8),
            (1.0001, 8),
            (1.99, 1),
            (1e300, -4),
        ];
        for (factor, expected) in table {
            assert_eq!(schema(steps_of_factor(factor)), expected, "{factor}");
        }
    }
}
