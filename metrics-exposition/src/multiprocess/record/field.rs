//! Numbers, texts and lists as they lie in a record.

/// Writes into a slice as far as it reaches, and counts on beyond.
pub(crate) struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at.saturating_add(bytes.len());
        if let Some(place) = self.out.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
        }
        self.at = end;
    }

    /// How many bytes that was.
    pub(super) fn len(&self) -> usize {
        self.at
    }
}

/// Reads a slice from its start.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn item<T: Item<'a>>(&mut self) -> Option<T> {
        T::read(self)
    }
}

/// What a list may be of, and a field may be.
pub(crate) trait Item<'a>: Copy {
    /// Bytes of one at least.
    const LEAST: usize;

    fn write(self, writer: &mut Writer<'_>);

    fn read(reader: &mut Reader<'a>) -> Option<Self>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
                impl Item<'_> for $number {
            const LEAST: usize = size_of::<Self>();

            fn write(self, writer: &mut Writer<'_>) {
                writer.bytes(&self.to_le_bytes());
            }

            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                Some(Self::from_le_bytes(reader.bytes(Self::LEAST)?.try_into().ok()?))
            }
        }
    )*};
}
numbers!(u8, u32, i32, u64, i64, f64);

impl<'a> Item<'a> for &'a str {
    const LEAST: usize = 4;

    fn write(self, writer: &mut Writer<'_>) {
        length(self.len()).write(writer);
        writer.bytes(self.as_bytes());
    }

    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let len = u32::read(reader)?;
        std::str::from_utf8(reader.bytes(len as usize)?).ok()
    }
}

/// What is too long is too long for a record, too, which is refused.
fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// A text that is written from pieces, so that nobody has to put them together first; as it is read, it is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    one: &'a str,
    more: &'a [&'a str],
    between: &'static str,
}

impl<'a> Text<'a> {
    /// The pieces that are not empty, with this between them.
    pub(crate) const fn joined(pieces: &'a [&'a str], between: &'static str) -> Self {
        Self { one: "", more: pieces, between }
    }

    /// The text, if it is in one piece. What was read is.
    pub(crate) const fn as_str(&self) -> &'a str {
        self.one
    }

    fn pieces(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        let between = self.between;
        let pieces = [self.one].into_iter().chain(self.more.iter().copied()).filter(|piece| !piece.is_empty());
        pieces.enumerate().flat_map(move |(at, piece)| [if at == 0 { "" } else { between }, piece])
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(one: &'a str) -> Self {
        Self { one, more: &[], between: "" }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.pieces().flat_map(str::bytes).eq(other.pieces().flat_map(str::bytes))
    }
}

impl<'a> Item<'a> for Text<'a> {
    const LEAST: usize = 4;

    fn write(self, writer: &mut Writer<'_>) {
        length(self.pieces().map(str::len).sum()).write(writer);
        self.pieces().for_each(|piece| writer.bytes(piece.as_bytes()));
    }

    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        reader.item::<&str>().map(Self::from)
    }
}

/// A list, of values that are to be written, or as it lies in a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List<'a, T> {
    /// To be written.
    Values(&'a [T]),
    /// As it was read: how many there are, and their bytes, in which they were found.
    Bytes(u32, &'a [u8]),
}

impl<'a, T: Item<'a>> List<'a, T> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Bytes(len, _) => *len as usize,
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let (values, len, bytes): (&'a [T], u32, &'a [u8]) = match *self {
            Self::Values(values) => (values, 0, &[]),
            Self::Bytes(len, bytes) => (&[], len, bytes),
        };
        let mut reader = Reader(bytes);
        values.iter().copied().chain((0..len).map_while(move |_| reader.item()))
    }
}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self::Values(&[])
    }
}

impl<'a, T: Item<'a> + PartialEq> PartialEq for List<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Item<'a>> Item<'a> for List<'a, T> {
    const LEAST: usize = 4;

    fn write(self, writer: &mut Writer<'_>) {
        length(self.len()).write(writer);
        self.iter().for_each(|item| item.write(writer));
    }

    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let len: u32 = reader.item()?;
        let all = reader.0;
        if len as usize > all.len() / T::LEAST {
            return None;
        }
        for _ in 0..len {
            reader.item::<T>()?;
        }
        Some(Self::Bytes(len, &all[..all.len() - reader.0.len()]))
    }
}
