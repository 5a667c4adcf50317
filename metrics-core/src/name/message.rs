/// A message put together while the compiler evaluates a check: `panic!` takes one string there.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    bytes: [u8; 1024],
    len: usize,
}

impl Message {
    /// An empty one.
    pub const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    /// With `text` at its end, as far as there is room.
    #[must_use]
    pub const fn push(self, text: &str) -> Self {
        self.push_bytes(text.as_bytes())
    }

    /// With a part of a name at its end, which is whole characters.
    #[must_use]
    pub(crate) const fn push_bytes(mut self, text: &[u8]) -> Self {
        if self.len + text.len() > self.bytes.len() {
            return self;
        }
        let (_, room) = self.bytes.split_at_mut(self.len);
        room.split_at_mut(text.len()).0.copy_from_slice(text);
        self.len += text.len();
        self
    }

    /// With a number at its end, as people write it: `1,000`.
    #[must_use]
    pub const fn push_number(self, number: usize) -> Self {
        self.push_grouped(number, ",")
    }

    /// With a number at its end, as Rust has it.
    #[must_use]
    pub const fn push_digits(self, number: usize) -> Self {
        self.push_grouped(number, "")
    }

    const fn push_grouped(self, number: usize, separator: &str) -> Self {
        let mut unit = 1;
        let mut digits = 1;
        while number / unit >= 10 {
            unit *= 10;
            digits += 1;
        }
        let mut message = self;
        while digits > 0 {
            let digit = number / unit % 10;
            message = message.push("0123456789".split_at(digit).1.split_at(1).0);
            digits -= 1;
            unit /= if digits > 0 { 10 } else { 1 };
            if digits > 0 && digits % 3 == 0 {
                message = message.push(separator);
            }
        }
        message
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The message.
    pub const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

impl Default for Message {
    fn default() -> Self {
        Self::new()
    }
}
