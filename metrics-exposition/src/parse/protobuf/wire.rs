//! How a message is read: fields, each of which is a tag and a value ([encoding][spec]).
//!
//! [spec]: https://protobuf.dev/programming-guides/encoding/

use super::super::error::{ParseError, ParseFault};
use metrics_core::model::Timestamp;

/// Why a message cannot be read.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Which byte of the message.
    at: usize,
    /// The field, the innermost name last.
    path: String,
    fault: ParseFault,
}

impl Fault {
    pub(crate) fn new(at: usize, fault: ParseFault) -> Self {
        Self { at, path: String::new(), fault }
    }

    /// That of a field.
    #[cold]
    pub(crate) fn within(mut self, field: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.path.insert_str(0, dot);
        self.path.insert_str(0, field);
        self
    }

    /// That of a field which there may be several of, from 0.
    #[cold]
    pub(crate) fn within_one(self, field: &str, number: usize) -> Self {
        self.within(&format!("{field}[{number}]"))
    }

    pub(crate) fn on_page(self, start: u64) -> ParseError {
        ParseError::in_field(start + self.at as u64, self.path, self.fault)
    }
}

/// The length of a message, byte by byte.
#[derive(Default)]
pub(crate) struct Prefix {
    value: u64,
    len: u32,
}

impl Prefix {
    /// How many bytes it has so far.
    pub(crate) fn len(&self) -> u64 {
        self.len.into()
    }

    /// The length, once its last byte has come.
    pub(crate) fn push(&mut self, byte: u8) -> Result<Option<u64>, ParseFault> {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * self.len;
        if shift > 63 || (shift == 63 && bits > 1) {
            return Err(ParseFault::Wire(LONG));
        }
        self.value |= bits << shift;
        self.len += 1;
        Ok((byte < 0x80).then_some(self.value))
    }
}

const LONG: &str = "a number has at most 64 bits";
const CUT: &str = "the message ends within a field";

/// What is left of a message.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    bytes: &'a [u8],
    /// Where that begins in the outermost message.
    at: usize,
}

/// A field of a message.
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    /// Where it begins, in the outermost message.
    pub(crate) at: usize,
    value: Value<'a>,
}

enum Value<'a> {
    Varint(u64),
    I64([u8; 8]),
    Len(Message<'a>),
    I32,
}

impl<'a> Message<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn at(self) -> usize {
        self.at
    }

    pub(crate) fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// The next field, or `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Field<'a>>, Fault> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let at = self.at;
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::I64(self.array()?),
            2 => {
                let start = self.at;
                let len = self.varint()?;
                let len = usize::try_from(len).ok().filter(|len| *len <= self.bytes.len());
                let Some(len) = len else {
                    return Err(Fault::new(start, ParseFault::Wire("a field is longer than its message")));
                };
                let inner = Message { bytes: &self.bytes[..len], at: self.at };
                self.skip(len);
                Value::Len(inner)
            }
            5 => {
                self.array::<4>()?;
                Value::I32
            }
            _ => return Err(Fault::new(at, ParseFault::Wire("there is no such wire type"))),
        };
        let number = tag >> 3;
        if number == 0 || number > 0x1fff_ffff {
            return Err(Fault::new(at, ParseFault::Wire("a field has a number from 1 to 2^29 - 1")));
        }
        Ok(Some(Field { number, at, value }))
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Fault> {
        if let Some(byte) = self.bytes.first().filter(|byte| **byte < 0x80) {
            let value = u64::from(*byte);
            self.skip(1);
            return Ok(value);
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Fault> {
        let mut prefix = Prefix::default();
        for (at, byte) in self.bytes.iter().enumerate() {
            if let Some(value) = prefix.push(*byte).map_err(|fault| Fault::new(self.at, fault))? {
                self.skip(at + 1);
                return Ok(value);
            }
        }
        Err(Fault::new(self.at + self.bytes.len(), ParseFault::Wire(CUT)))
    }

    fn array<const LEN: usize>(&mut self) -> Result<[u8; LEN], Fault> {
        let Some(array) = self.bytes.first_chunk() else {
            return Err(Fault::new(self.at + self.bytes.len(), ParseFault::Wire(CUT)));
        };
        self.skip(LEN);
        Ok(*array)
    }

    fn skip(&mut self, len: usize) {
        self.bytes = &self.bytes[len..];
        self.at += len;
    }
}

impl<'a> Field<'a> {
    pub(crate) fn fault(&self, fault: ParseFault) -> Fault {
        Fault::new(self.at, fault)
    }

    fn wrong<T>(&self, rule: &'static str) -> Result<T, Fault> {
        Err(self.fault(ParseFault::Wire(rule)))
    }

    pub(crate) fn u64(&self) -> Result<u64, Fault> {
        match self.value {
            Value::Varint(value) => Ok(value),
            _ => self.wrong("the field is a varint"),
        }
    }

    /// An `int64`.
    pub(crate) fn i64(&self) -> Result<i64, Fault> {
        Ok(self.u64()?.cast_signed())
    }

    /// An `sint32`.
    pub(crate) fn i32_zigzag(&self) -> Result<i32, Fault> {
        let value = zigzag(self.u64()?);
        i32::try_from(value).map_err(|_| self.fault(ParseFault::Wire("the field has 32 bits")))
    }

    pub(crate) fn u32(&self) -> Result<u32, Fault> {
        u32::try_from(self.u64()?).map_err(|_| self.fault(ParseFault::Wire("the field has 32 bits")))
    }

    pub(crate) fn f64(&self) -> Result<f64, Fault> {
        match self.value {
            Value::I64(bytes) => Ok(f64::from_le_bytes(bytes)),
            _ => self.wrong("the field is a double"),
        }
    }

    pub(crate) fn message(&self) -> Result<Message<'a>, Fault> {
        match self.value {
            Value::Len(message) => Ok(message),
            _ => self.wrong("the field has a length"),
        }
    }

    pub(crate) fn text(&self) -> Result<&'a str, Fault> {
        let Message { bytes, at } = self.message()?;
        str::from_utf8(bytes).map_err(|error| Fault::new(at + error.valid_up_to(), ParseFault::NotUtf8))
    }

    /// Numbers of a repeated `sint64`: one, or all of them packed.
    pub(crate) fn zigzags(&self, out: &mut Vec<i64>) -> Result<(), Fault> {
        if let Value::Varint(value) = self.value {
            out.push(zigzag(value));
            return Ok(());
        }
        let mut packed = self.message()?;
        while !packed.is_empty() {
            out.push(zigzag(packed.varint()?));
        }
        Ok(())
    }

    /// Numbers of a repeated `double`: one, or all of them packed.
    pub(crate) fn f64s(&self, out: &mut Vec<f64>) -> Result<(), Fault> {
        if let Value::I64(bytes) = self.value {
            out.push(f64::from_le_bytes(bytes));
            return Ok(());
        }
        let mut packed = self.message()?;
        while !packed.is_empty() {
            out.push(f64::from_le_bytes(packed.array()?));
        }
        Ok(())
    }

    /// A [`google.protobuf.Timestamp`][spec].
    ///
    /// [spec]: https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
    pub(crate) fn timestamp(&self) -> Result<Timestamp, Fault> {
        let mut message = self.message()?;
        let (mut secs, mut nanos) = (0, 0);
        while let Some(field) = message.next()? {
            match field.number {
                1 => secs = field.i64().map_err(|fault| fault.within("seconds"))?,
                2 => nanos = field.i64().map_err(|fault| fault.within("nanos"))?,
                _ => {}
            }
        }
        let timestamp = u32::try_from(nanos).ok().and_then(|nanos| Timestamp::new(secs, nanos));
        timestamp.ok_or_else(|| self.fault(ParseFault::Time))
    }
}

const fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}
