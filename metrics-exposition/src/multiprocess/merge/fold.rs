//! What becomes of one value when another process has one, too.

use crate::multiprocess::record::Mode;
use metrics_core::model::{Kind, Number};

impl Mode {
    /// Whether it is about living processes only.
    pub(in crate::multiprocess) const fn is_live(self) -> bool {
        matches!(self, Self::LiveAll | Self::LiveMin | Self::LiveMax | Self::LiveSum | Self::LiveMostRecent)
    }

    /// Whether each process has a series of its own.
    pub(in crate::multiprocess) const fn is_per_process(self) -> bool {
        matches!(self, Self::All | Self::LiveAll)
    }

    /// Whether the value that was set last holds.
    pub(in crate::multiprocess) const fn is_most_recent(self) -> bool {
        matches!(self, Self::MostRecent | Self::LiveMostRecent)
    }

    /// What is meant where none is said: as in Python, each process has its gauge. What a dead process holds is nothing,
    /// nor is what it was.
    pub(super) const fn or_usual(self, kind: Kind) -> Self {
        match (self, kind) {
            (_, Kind::Counter | Kind::Histogram | Kind::Summary) => Self::Sum,
            (_, Kind::Info) | (Self::Unset, Kind::GaugeHistogram) => Self::LiveSum,
            (Self::Unset, _) => Self::All,
            (mode, _) => mode,
        }
    }
}

/// A value that several processes have.
pub(super) fn fold(mode: Mode, before: Number, new: Number) -> Number {
    match mode {
        Mode::Min | Mode::LiveMin => pick(before, new, |before, new| new < before),
        Mode::Max | Mode::LiveMax => pick(before, new, |before, new| new > before),
        _ => add(before, new),
    }
}

/// The sum, a whole number as long as all are and it has a place for it.
pub(super) fn add(a: Number, b: Number) -> Number {
    let whole = match (a, b) {
        (Number::U64(a), Number::U64(b)) => a.checked_add(b).map(Number::U64),
        (Number::I64(a), Number::I64(b)) => a.checked_add(b).map(Number::I64),
        (Number::U64(u), Number::I64(i)) | (Number::I64(i), Number::U64(u)) => {
            u.checked_add_signed(i).map(Number::U64).or_else(|| i.checked_add_unsigned(u).map(Number::I64))
        }
        _ => None,
    };
    whole.unwrap_or_else(|| Number::F64(a.as_f64() + b.as_f64()))
}

/// One of both; what is NaN is not taken if the other one is a number.
fn pick(before: Number, new: Number, is_better: impl Fn(f64, f64) -> bool) -> Number {
    let whole = |number| match number {
        Number::U64(v) => Some(i128::from(v)),
        Number::I64(v) => Some(i128::from(v)),
        Number::F64(_) => None,
    };
    let takes_new = match (whole(before), whole(new)) {
        // Equal as doubles, whole numbers may differ; the sign of the difference says which is greater.
        (Some(a), Some(b)) => is_better(0.0, if b < a { -1.0 } else { f64::from(u8::from(b > a)) }),
        _ => before.as_f64().is_nan() || is_better(before.as_f64(), new.as_f64()),
    };
    if takes_new { new } else { before }
}
