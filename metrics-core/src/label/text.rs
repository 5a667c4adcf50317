use std::fmt;

/// A short text without an allocation: the decimal form of an integer.
#[derive(Clone, Copy)]
pub struct InlineText {
    bytes: [u8; Self::CAPACITY],
    len: u8,
}

impl InlineText {
    /// The longest integer: `i128::MIN` has 40 characters.
    const CAPACITY: usize = 40;

    #[inline]
    pub(crate) fn integer(value: impl itoa::Integer) -> Self {
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(value).as_bytes();
        let mut bytes = [0; Self::CAPACITY];
        bytes[..text.len()].copy_from_slice(text);
        #[allow(clippy::cast_possible_truncation, reason = "at most CAPACITY")]
        Self { bytes, len: text.len() as u8 }
    }
}

impl AsRef<str> for InlineText {
    #[inline]
    fn as_ref(&self) -> &str {
        str::from_utf8(&self.bytes[..self.len as usize]).unwrap_or_default()
    }
}

impl fmt::Debug for InlineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}
