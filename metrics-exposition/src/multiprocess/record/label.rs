//! What a native cell counts, as a word: `0` the zero bucket, `1` what is NaN, otherwise an index (above the two lowest
//! bits) and its side, `2` above zero, `3` below.

use metrics_core::private::multiprocess::NativeLabel;

pub(crate) const fn label_word(label: NativeLabel) -> i64 {
    match label {
        NativeLabel::Zero => 0,
        NativeLabel::NotANumber => 1,
        NativeLabel::Positive(index) => (index as i64) << 2 | 2,
        NativeLabel::Negative(index) => (index as i64) << 2 | 3,
    }
}

pub(crate) fn label_of_word(word: i64) -> Option<NativeLabel> {
    let index = i32::try_from(word >> 2).ok()?;
    match (word & 3, index) {
        (0, 0) => Some(NativeLabel::Zero),
        (1, 0) => Some(NativeLabel::NotANumber),
        (2, index) => Some(NativeLabel::Positive(index)),
        (3, index) => Some(NativeLabel::Negative(index)),
        _ => None,
    }
}
