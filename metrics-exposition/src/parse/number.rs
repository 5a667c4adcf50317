//! Numbers as pages have them.

use metrics_core::model::{Number, Timestamp};

/// A sample's value. Whole numbers stay such, so that a counter is exact beyond 2^53.
#[inline]
pub(super) fn value(text: &str) -> Option<Number> {
    match value_and_rest(text)? {
        (value, None) => Some(value),
        _ => None,
    }
}

/// The same, and what stands behind the blank after it if there is one.
#[inline]
pub(super) fn value_and_rest(text: &str) -> Option<(Number, Option<&str>)> {
    let mut whole = 0u64;
    let digits = text.bytes().take_while(|b| {
        let digit = b.wrapping_sub(b'0');
        if digit < 10 {
            whole = whole.wrapping_mul(10).wrapping_add(digit.into());
        }
        digit < 10
    });
    let digits = digits.count();
    // Nineteen digits never overflow.
    if (1..20).contains(&digits) {
        match text.as_bytes().get(digits) {
            None => return Some((Number::U64(whole), None)),
            Some(b' ') => return Some((Number::U64(whole), Some(&text[digits + 1..]))),
            Some(_) => {}
        }
    }
    match text.split_once(' ') {
        None => Some((any(text)?, None)),
        Some((value, rest)) => Some((any(value)?, Some(rest))),
    }
}

#[inline(never)]
fn any(text: &str) -> Option<Number> {
    let is_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if is_whole && let Ok(whole) = text.parse() {
        return Some(Number::U64(whole));
    }
    // Not `-0`, which is a number of its own.
    if is_whole && let Some(whole) = text.parse::<i64>().ok().filter(|whole| *whole != 0) {
        return Some(Number::I64(whole));
    }
    // What Rust reads is what OpenMetrics' ABNF allows, in upper and in lower case.
    text.parse().ok().map(Number::F64)
}

/// A time in milliseconds, as text has it; a fraction of one is rounded.
pub(super) fn millis(text: &str) -> Option<Timestamp> {
    const SECOND: i64 = 1_000;
    if let Ok(millis) = text.parse::<i64>() {
        let nanos = u32::try_from(millis.rem_euclid(SECOND)).ok()? * 1_000_000;
        return Timestamp::new(millis.div_euclid(SECOND), nanos);
    }
    let millis: f64 = text.parse().ok()?;
    Timestamp::from_secs_f64(millis / 1e3)
}

/// A count.
pub(super) fn whole(number: Number) -> Option<u64> {
    match number {
        Number::U64(count) => Some(count),
        Number::I64(count) => u64::try_from(count).ok(),
        Number::F64(count) => whole_f64(count),
    }
}

/// A count that is a double.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "compared")]
pub(super) fn whole_f64(count: f64) -> Option<u64> {
    let whole = count as u64;
    // 2^64 would be one too many.
    (whole as f64 == count && whole < u64::MAX).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_what_they_are() {
        for (text, number) in [
            ("0", Number::U64(0)),
            ("18446744073709551615", Number::U64(u64::MAX)),
            ("-9223372036854775808", Number::I64(i64::MIN)),
            ("+5", Number::F64(5.0)),
            ("1.", Number::F64(1.0)),
            (".5e1", Number::F64(5.0)),
            ("18446744073709551616", Number::F64(18_446_744_073_709_551_616.0)),
            ("+Inf", Number::F64(f64::INFINITY)),
            ("-inf", Number::F64(f64::NEG_INFINITY)),
        ] {
            assert_eq!(value(text), Some(number), "{text}");
        }
        assert!(matches!(value("-0"), Some(Number::F64(zero)) if zero.is_sign_negative()));
        assert!(matches!(value("NaN"), Some(Number::F64(nan)) if nan.is_nan()));
        for text in ["", "-", "1_0", "0x1", "1 ", " 1", "1,5", "--1", "e", ".", "１"] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(millis("-1"), Timestamp::new(-1, 999_000_000));
        assert_eq!(millis("1.5e3"), Timestamp::new(1, 500_000_000));
        assert_eq!(millis("NaN"), None);
    }
}
