//! How values are spelled.

use metrics_core::model::{Number, push_finite};
use std::fmt::Write;

/// As Python's `float` prints it: `1.0`, `1e+16`, `nan`, `-inf`.
pub(super) fn push_python(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("nan");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "inf" } else { "-inf" });
    }
    push_finite(out, value, 16);
}

/// With the fewest characters that carbon reads back as the same value: whole numbers without a point.
pub(super) fn push_short(out: &mut String, value: Number) {
    let before = out.len();
    match value {
        Number::U64(value) => drop(write!(out, "{value}")),
        Number::I64(value) => drop(write!(out, "{value}")),
        Number::F64(value) => {
            push_python(out, value);
            if out[before..].ends_with(".0") {
                out.truncate(out.len() - 2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_spelled_as_python_does() {
        // By Python 3.11's `repr`.
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-17.0, "-17.0"),
            (100.25, "100.25"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.000_123, "0.000123"),
            (0.000_012_5, "1.25e-05"),
            (1e-10, "1e-10"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            let mut out = String::new();
            push_python(&mut out, value);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn short_ones() {
        for (value, text) in [
            (Number::U64(u64::MAX), "18446744073709551615"),
            (Number::I64(-3), "-3"),
            (Number::F64(100.0), "100"),
            (Number::F64(10.0), "10"),
            (Number::F64(0.5), "0.5"),
            (Number::F64(1e16), "1e+16"),
            (Number::F64(-0.0), "-0"),
            (Number::F64(f64::INFINITY), "inf"),
        ] {
            let mut out = String::new();
            push_short(&mut out, value);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn every_double_reads_back() {
        let mut bits = 1u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            let (mut long, mut short) = (String::new(), String::new());
            push_python(&mut long, value);
            push_short(&mut short, value.into());
            for text in [long, short] {
                let back: f64 = text.parse().unwrap();
                assert!(back.to_bits() == bits || value.is_nan(), "{bits} {text}");
            }
        }
    }
}
