//! The messages that carbon's pickle receiver takes: a length, and a list `[(path, (time, value)), …]` in [protocol 2][pickle]
//! of Python's pickle.
//!
//! [pickle]: https://docs.python.org/3/library/pickle.html

/// `PROTO` 2, an empty list, and `MARK`.
const BEGIN: &[u8] = b"\x80\x02](";
/// `APPENDS` and `STOP`.
const END: &[u8] = b"e.";
/// What a message takes besides its entries.
pub(super) const FRAME: usize = 4 + BEGIN.len() + END.len();

/// `(path, (secs, value))`.
pub(super) fn push_entry(out: &mut Vec<u8>, path: &str, secs: i64, value: f64) {
    out.push(b'X');
    // A path has a line's length at most.
    out.extend_from_slice(&u32::try_from(path.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(path.as_bytes());
    // `LONG1` of eight bytes, and `BINFLOAT`.
    out.extend_from_slice(b"\x8a\x08");
    out.extend_from_slice(&secs.to_le_bytes());
    out.push(b'G');
    out.extend_from_slice(&value.to_be_bytes());
    // `TUPLE2`, twice.
    out.extend_from_slice(b"\x86\x86");
}

/// The entries as a message.
pub(super) fn message(entries: &[u8]) -> Vec<u8> {
    let length = BEGIN.len() + entries.len() + END.len();
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [&length, BEGIN, entries, END].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message() {
        let mut entries = Vec::new();
        push_entry(&mut entries, "a", 1, 0.5);
        // By Python: `pickle.loads(message[4:])` gives `[('a', (1, 0.5))]`.
        let expected = b"\0\0\0\x21\x80\x02](X\x01\0\0\0a\x8a\x08\x01\0\0\0\0\0\0\0G\x3f\xe0\0\0\0\0\0\0\x86\x86e.";
        assert_eq!(message(&entries), expected);
        assert_eq!(message(&entries).len(), entries.len() + FRAME);
    }
}
