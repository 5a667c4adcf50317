//! What a native cell counts, as a word.

/// What a native cell counts: `0` the zero bucket, `1` what is NaN, otherwise an index (above the two lowest bits) and its
/// side, `2` above zero, `3` below.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum NativeLabel {
    Zero,
    NotANumber,
    Positive(i32),
    Negative(i32),
}

impl NativeLabel {
    pub(crate) const fn word(self) -> i64 {
        match self {
            Self::Zero => 0,
            Self::NotANumber => 1,
            Self::Positive(index) => (index as i64) << 2 | 2,
            Self::Negative(index) => (index as i64) << 2 | 3,
        }
    }

    pub(crate) fn of_word(word: i64) -> Option<Self> {
        let index = i32::try_from(word >> 2).ok()?;
        match (word & 3, index) {
            (0, 0) => Some(Self::Zero),
            (1, 0) => Some(Self::NotANumber),
            (2, index) => Some(Self::Positive(index)),
            (3, index) => Some(Self::Negative(index)),
            _ => None,
        }
    }
}
