use std::fmt;

/// A short text without an allocation: the decimal form of an integer.
#[derive(Clone, Copy)]
pub struct InlineText(Form);

#[derive(Clone, Copy)]
enum Form {
    Known(&'static str),
    Written { bytes: [u8; CAPACITY], len: u8 },
}

/// The longest integer: `i128::MIN` has 40 characters.
const CAPACITY: usize = 40;

/// Integers below this one are not written, and what was written is not checked to be text. Most labels that are integers
/// are such: status codes, shards.
const KNOWN: usize = 1_000;

/// Three digits of each.
static DIGITS: &str = {
    const BYTES: [u8; 3 * KNOWN] = {
        let mut bytes = [0; 3 * KNOWN];
        let mut n = 0;
        while n < KNOWN {
            (bytes[3 * n], bytes[3 * n + 1], bytes[3 * n + 2]) = (digit(n / 100), digit(n / 10), digit(n));
            n += 1;
        }
        bytes
    };
    match str::from_utf8(&BYTES) {
        Ok(digits) => digits,
        Err(_) => panic!("digits are text"),
    }
};

#[allow(clippy::cast_possible_truncation, reason = "a digit")]
const fn digit(n: usize) -> u8 {
    b'0' + (n % 10) as u8
}

impl InlineText {
    #[inline]
    pub(crate) fn integer<N: itoa::Integer + TryInto<usize>>(value: N) -> Self {
        match value.try_into() {
            Ok(n) if n < KNOWN => Self(Form::Known(known(n))),
            _ => Self::write(value),
        }
    }

    fn write(value: impl itoa::Integer) -> Self {
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(value).as_bytes();
        let mut bytes = [0; CAPACITY];
        bytes[..text.len()].copy_from_slice(text);
        #[allow(clippy::cast_possible_truncation, reason = "at most CAPACITY")]
        Self(Form::Written { bytes, len: text.len() as u8 })
    }
}

/// Of an integer below [`KNOWN`].
#[inline]
fn known(n: usize) -> &'static str {
    let zeros = usize::from(n < 100) + usize::from(n < 10);
    &DIGITS[3 * n + zeros..3 * n + 3]
}

impl AsRef<str> for InlineText {
    #[inline]
    fn as_ref(&self) -> &str {
        match &self.0 {
            Form::Known(text) => text,
            Form::Written { bytes, len } => str::from_utf8(&bytes[..*len as usize]).unwrap_or_default(),
        }
    }
}

impl fmt::Debug for InlineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_read_as_rust_prints_them() {
        for n in 0..2_000u16 {
            assert_eq!(InlineText::integer(n).as_ref(), n.to_string());
        }
        for n in [i128::MIN, -1_000, -999, -1, 0, 999, 1_000, i128::MAX] {
            assert_eq!(InlineText::integer(n).as_ref(), n.to_string());
        }
        assert_eq!(InlineText::integer(u128::MAX).as_ref(), u128::MAX.to_string());
    }
}
