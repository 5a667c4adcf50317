use std::fmt;

/// A sample's value. Integers stay integers, so that a counter is exact beyond 2^53.
///
/// ```
/// use metrics_core::model::Number;
/// assert_eq!(Number::from(3u64).as_f64(), 3.0);
/// assert_eq!(Number::from(u64::MAX), Number::U64(u64::MAX));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    U64(u64),
    /// A whole number that may be negative.
    I64(i64),
    /// Any number, NaN and the infinities included.
    F64(f64),
}

impl Number {
    /// The nearest double.
    #[allow(clippy::cast_precision_loss, reason = "says so")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::U64(v) => v as f64,
            Self::I64(v) => v as f64,
            Self::F64(v) => v,
        }
    }
}

impl From<u64> for Number {
    fn from(v: u64) -> Self {
        Self::U64(v)
    }
}

impl From<u32> for Number {
    fn from(v: u32) -> Self {
        Self::U64(v.into())
    }
}

impl From<usize> for Number {
    fn from(v: usize) -> Self {
        Self::U64(v as u64)
    }
}

impl From<i32> for Number {
    fn from(v: i32) -> Self {
        Self::I64(v.into())
    }
}

impl From<i64> for Number {
    fn from(v: i64) -> Self {
        Self::I64(v)
    }
}

impl From<f64> for Number {
    fn from(v: f64) -> Self {
        Self::F64(v)
    }
}

/// Doubles as [`float_to_go_string`] spells them.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U64(v) => v.fmt(f),
            Self::I64(v) => v.fmt(f),
            Self::F64(v) => f.write_str(&float_to_go_string(*v)),
        }
    }
}

/// A double as Go's `FormatFloat(value, 'g', -1, 64)` spells it, with `.0` behind what has neither point nor exponent:
/// the canonical spelling of [OpenMetrics][spec] for bounds of buckets and for quantiles, which are labels and so
/// compared as text.
///
/// The fewest digits that read back equal; an exponent below 10⁻⁴ and from 10⁶ on.
///
/// ```
/// use metrics_core::model::float_to_go_string;
/// let all = [1.0, 0.005, 100_000.0, 1e6, -1_234_567.0, 1e-5, -0.0, f64::INFINITY, f64::NAN];
/// let text = all.map(float_to_go_string);
/// assert_eq!(text, ["1.0", "0.005", "100000.0", "1e+06", "-1.234567e+06", "1e-05", "-0.0", "+Inf", "NaN"]);
/// ```
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#considerations-canonical-numbers
pub fn float_to_go_string(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }
        .to_owned();
    }
    let mut text = String::new();
    push_finite(&mut text, value, 6);
    text
}

/// Appends a finite double as C's `%g` lays it out, with the fewest digits that read back equal, and with `.0` behind what
/// has neither point nor exponent: an exponent below 10⁻⁴ and from 10 to the power `largest` on. Go has 6, Python 16.
#[doc(hidden)]
pub fn push_finite(out: &mut String, value: f64, largest: i32) {
    if value.is_sign_negative() {
        out.push('-');
    }
    let (digits, exponent) = shortest(value.abs());
    let (first, others) = digits.split_at(1);
    match usize::try_from(exponent) {
        Ok(whole) if exponent < largest => {
            let whole = whole + 1;
            let padded = format!("{digits:0<whole$}");
            let (whole, fraction) = padded.split_at(whole);
            out.extend([whole, ".", if fraction.is_empty() { "0" } else { fraction }]);
        }
        Err(_) if exponent >= -4 => {
            out.push_str("0.");
            out.extend((exponent + 1..0).map(|_| '0'));
            out.push_str(&digits);
        }
        _ => {
            let point = if others.is_empty() { "" } else { "." };
            let direction = if exponent < 0 { '-' } else { '+' };
            let exponent = format!("e{direction}{:02}", exponent.unsigned_abs());
            out.extend([first, point, others, &exponent]);
        }
    }
}

/// The fewest digits that read back equal, and the power of ten of the first one. Of two that are as near, the even one, as
/// in Go: Rust's own formatting rounds up. Of zero, `0`.
fn shortest(value: f64) -> (String, i32) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().expect("a whole number stands behind `e`");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return ("0".to_owned(), 0);
    }
    let before_point = i32::try_from(whole.len()).unwrap_or(0) - i32::try_from(all.len() - digits.len()).unwrap_or(0);
    (digits.trim_end_matches('0').to_owned(), exponent + before_point - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_spelled_as_go_does() {
        // By Go 1.22's `strconv.FormatFloat(v, 'g', -1, 64)`.
        for (value, text) in [
            (0.0, "0.0"),
            (17.0, "17.0"),
            (999_999.0, "999999.0"),
            (999_999.5, "999999.5"),
            (1_000_000.5, "1.0000005e+06"),
            (-1_000_000.0, "-1e+06"),
            (0.000_1, "0.0001"),
            (0.000_123, "0.000123"),
            (0.000_012_5, "1.25e-05"),
            (12.5, "12.5"),
            (100.25, "100.25"),
            (1.5e-7, "1.5e-07"),
            (1e-10, "1e-10"),
            (1e10, "1e+10"),
            (123_456_789.0, "1.23456789e+08"),
            (1e15, "1e+15"),
            (1e100, "1e+100"),
            (9_007_199_254_740_993.0, "9.007199254740992e+15"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(float_to_go_string(value), text);
        }
        assert_eq!(Number::from(1.0).to_string(), "1.0");
        assert_eq!(Number::from(u64::MAX).to_string(), "18446744073709551615");
    }

    #[test]
    fn every_double_reads_back() {
        let mut bits = 1u64;
        for _ in 0..if cfg!(miri) { 20 } else { 20_000 } {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            for value in [f64::from_bits(bits), f64::from_bits(bits % (1 << 40)), (bits % 20_000_000) as f64 / 16.0] {
                let text = float_to_go_string(value);
                let back: f64 = text.replace("Inf", "inf").parse().unwrap();
                assert!(back.to_bits() == value.to_bits() || value.is_nan(), "{value:e} {text}");
            }
        }
    }
}
