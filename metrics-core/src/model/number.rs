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

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U64(v) => v.fmt(f),
            Self::I64(v) => v.fmt(f),
            Self::F64(v) => v.fmt(f),
        }
    }
}
