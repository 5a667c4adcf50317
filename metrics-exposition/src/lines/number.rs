//! How the text formats spell numbers.
//!
//! Prometheus reads every spelling that Go's `ParseFloat` does, so that values are written as it is fastest:
//! whole ones as integers, others with the fewest digits that read back equal. A bucket's bound is another
//! matter: `le` is a label, compared as text; see [`float_to_go_string`](metrics_core::model::float_to_go_string).

use crate::page::Room;
use metrics_core::model::Number;

/// Up to here every whole double is written digit by digit; beyond, neighbours differ by more than one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// No number is longer than `-2.2250738585072014e-308`, and eight bytes may be touched behind it.
pub(super) const ROOM: usize = 32;

/// Puts a sample's value.
#[inline(never)]
pub(super) fn put(room: &mut Room<'_>, value: Number) {
    match value {
        Number::U64(v) => put_u64(room, v),
        Number::I64(v) => put_i64(room, v),
        Number::F64(v) => put_f64(room, v),
    }
}

/// Puts a count.
#[inline(always)]
pub(super) fn put_u64(room: &mut Room<'_>, value: u64) {
    if let Some((digits, len)) = short(value) {
        room.put_padded(&digits, len);
    } else if let Some(((high, len), low)) = halves(value) {
        room.put_padded(&high, len);
        room.put(&low);
    } else {
        room.put(itoa::Buffer::new().format(value).as_bytes());
    }
}

/// Digits of a number, eight at most, padded, and how many they are.
type Digits = ([u8; 8], usize);

/// Those of a number that has no more.
#[inline(always)]
pub(super) fn short(value: u64) -> Option<Digits> {
    if value >= BLOCK {
        return None;
    }
    let digits = digits(value);
    let leading = (digits | (1 << 56)).trailing_zeros() / 8;
    let digits = (digits | ZEROS) >> (8 * leading);
    Some((digits.to_le_bytes(), 8 - leading as usize))
}

/// Those of a number that has sixteen at most: the first ones, and the last eight.
#[inline(always)]
pub(super) fn halves(value: u64) -> Option<(Digits, [u8; 8])> {
    Some((short(value / BLOCK)?, (digits(value % BLOCK) | ZEROS).to_le_bytes()))
}

fn put_i64(room: &mut Room<'_>, value: i64) {
    room.put(itoa::Buffer::new().format(value).as_bytes());
}

/// Puts a double: `1`, `0.1`, `1e+16`, `1.5e-7`, `-0.0`, `NaN`, `+Inf`.
fn put_f64(room: &mut Room<'_>, value: f64) {
    #[allow(clippy::cast_possible_truncation, reason = "compared with the original before it is used")]
    let whole = value as i64;
    #[allow(clippy::cast_precision_loss, reason = "below 2^53 nothing is lost")]
    let is_whole = whole as f64 == value && value.abs() < EXACT && (whole != 0 || value.is_sign_positive());
    match not_finite(value) {
        _ if is_whole => put_i64(room, whole),
        Some(name) => room.put(name.as_bytes()),
        None => room.put(zmij::Buffer::new().format_finite(value).as_bytes()),
    }
}

/// As many values as [`digits`] takes.
const BLOCK: u64 = 100_000_000;

/// Eight times the digit 0.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight decimal digits of a number below 10^8, the first in the lowest byte. Splits into halves three
/// times, all parts at once.
#[inline(always)]
const fn digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    // Divides by 100, exact below 10^4.
    let high = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let twos = high | ((fours - 100 * high) << 16);
    // Divides by 10, exact below 100.
    let high = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    high | ((twos - 10 * high) << 8)
}

fn not_finite(value: f64) -> Option<&'static str> {
    match value {
        v if v.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Page;

    fn value(number: impl Into<Number>) -> String {
        let mut page = Page::default();
        let mut room = page.room(ROOM);
        put(&mut room, number.into());
        room.commit();
        String::from_utf8(page.take()).unwrap()
    }

    #[test]
    fn values() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0.0"),
            (1.0, "1"),
            (-17.0, "-17"),
            (0.1, "0.1"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(value(number), text);
        }
        for shift in 0..64 {
            for number in [u64::MAX >> shift, (1 << shift) - 1, 1 << shift] {
                assert_eq!(value(number), number.to_string());
            }
        }
        for number in (0..20).flat_map(|k| [10u64.pow(k) - 1, 10u64.pow(k), 10u64.pow(k) + 1]) {
            assert_eq!(value(number), number.to_string());
        }
        for number in (0..BLOCK).step_by(99_991) {
            assert_eq!(value(number), number.to_string());
        }
        assert_eq!(value(i64::MIN), "-9223372036854775808");
    }

    #[test]
    fn values_read_back_equal() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = f64::from_bits(bits);
            if number.is_finite() {
                assert_eq!(value(number).parse::<f64>().unwrap().to_bits(), bits);
            }
        }
    }
}
