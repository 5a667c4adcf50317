//! How the Python client lays a file out (`mmap_dict.py`), in the byte order of the machine:
//!
//! | offset | what |
//! |---|---|
//! | 0 | i32: bytes used, these included; 0 in a file that was only just made |
//! | 4 | four zeros |
//! | 8 and on | entries: i32 length of the key; the key; 1 to 8 spaces, up to a multiple of 8; f64 value; f64 time |
//!
//! An entry's bytes are there before they are counted as used, and it never moves.

use std::io::{self, Read};

const HEADER: usize = 8;
/// A key's length, in front of it.
const LENGTH: usize = 4;
/// Value and time, behind a key.
const NUMBERS: usize = 16;
/// Bytes that a key may have: names, labels and help in JSON. Bounds the memory of a reader.
const MAX_KEY: usize = 1 << 20;
/// Of the first read, as in the Python client: most files of counters are no larger, and behind what is used there are
/// holes, which would get pages by being read.
const PAGE: usize = 4 << 10;
/// Of every further read.
const BLOCK: usize = 256 << 10;

/// One value, as its process last wrote it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry<'a> {
    /// JSON, see [`super::key`].
    pub(super) key: &'a [u8],
    pub(super) value: f64,
    /// Seconds since 1970; zero unless the value was set with a time.
    pub(super) time: f64,
}

/// Why there is nothing more to read.
#[derive(Debug)]
pub(in crate::multiprocess) enum Fault {
    /// No byte: its process was killed before it wrote any, or is about to.
    Empty,
    /// Something else than the client wrote it.
    Foreign,
    /// Ends before what it says is used.
    Truncated,
    /// The lengths in it lead nowhere.
    Corrupt,
    /// Some of its keys or values are none that the client writes; the others are good.
    Misread,
    /// The system's answer.
    Unreadable(io::Error),
}

/// Reads files one after the other, with one buffer.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Gives every entry up to the first fault. Those before it are good, because entries are only ever appended.
    pub(super) fn read(&mut self, mut file: impl Read, mut each: impl FnMut(Entry<'_>)) -> Result<(), Fault> {
        let mut filled = self.fill(&mut file, 0, PAGE)?;
        let Some(used) = used(&self.buffer[..filled])? else { return Ok(()) };
        let (mut from, mut left) = (HEADER, used - HEADER);
        while left > 0 {
            let to = filled.min(from + left);
            let read = entries(&self.buffer[from..to], left, &mut each)?;
            left -= read;
            // The begin of an entry stays, for the next block to complete it.
            self.buffer.copy_within(from + read..to, 0);
            let kept = to - from - read;
            let more = if left > 0 { self.fill(&mut file, kept, BLOCK.min(left - kept))? } else { 0 };
            if more == 0 && left > 0 {
                return Err(Fault::Truncated);
            }
            (from, filled) = (0, kept + more);
        }
        Ok(())
    }

    /// Up to `wanted` bytes behind the first `kept`; less only where the file ends.
    fn fill(&mut self, file: &mut impl Read, kept: usize, wanted: usize) -> Result<usize, Fault> {
        let end = kept + wanted;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        let mut at = kept;
        while at < end {
            match file.read(&mut self.buffer[at..end]) {
                Ok(0) => break,
                Ok(read) => at += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Unreadable(error)),
            }
        }
        Ok(at - kept)
    }
}

/// What the header says; nothing for a file of zeros, in which there is nothing yet.
fn used(bytes: &[u8]) -> Result<Option<usize>, Fault> {
    let Some((header, _)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(if bytes.is_empty() { Fault::Empty } else { Fault::Truncated });
    };
    let [a, b, c, d, padding @ ..] = *header;
    if padding != [0; 4] {
        return Err(Fault::Foreign);
    }
    match usize::try_from(i32::from_ne_bytes([a, b, c, d])) {
        Ok(0) => Ok(None),
        Ok(used) if used % 8 == 0 => Ok(Some(used)),
        _ => Err(Fault::Foreign),
    }
}

/// Gives the entries that are whole, and how many bytes they take. `left` is what the file has from here on, of which
/// `bytes` may be the begin only.
fn entries(bytes: &[u8], left: usize, each: &mut impl FnMut(Entry<'_>)) -> Result<usize, Fault> {
    let mut at = 0;
    while at < left {
        let Some((length, rest)) = bytes[at..].split_first_chunk::<LENGTH>() else { break };
        let length = usize::try_from(i32::from_ne_bytes(*length)).map_err(|_| Fault::Corrupt)?;
        // At least one space; the length in front is part of what is a multiple of 8.
        let padded = length + 8 - (length + LENGTH) % 8;
        if length == 0 || length > MAX_KEY || LENGTH + padded + NUMBERS > left - at {
            return Err(Fault::Corrupt);
        }
        let Some(numbers) = rest.get(padded..padded + NUMBERS) else { break };
        let (value, time) = numbers.split_at(NUMBERS / 2);
        each(Entry { key: &rest[..length], value: double(value), time: double(time) });
        at += LENGTH + padded + NUMBERS;
    }
    Ok(at)
}

fn double(bytes: &[u8]) -> f64 {
    let mut all = [0; 8];
    all.copy_from_slice(bytes);
    f64::from_ne_bytes(all)
}

/// Writes what [`Reader`] reads.
#[cfg(test)]
pub(super) fn written<'a>(entries: impl IntoIterator<Item = (&'a str, f64, f64)>) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    for (key, value, time) in entries {
        bytes.extend(i32::try_from(key.len()).unwrap().to_ne_bytes());
        bytes.extend(key.as_bytes());
        bytes.extend(std::iter::repeat_n(b' ', 8 - (key.len() + LENGTH) % 8));
        bytes.extend(value.to_ne_bytes());
        bytes.extend(time.to_ne_bytes());
    }
    let used = i32::try_from(bytes.len()).unwrap();
    bytes[..LENGTH].copy_from_slice(&used.to_ne_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (Vec<(String, f64, f64)>, Result<(), Fault>);

    fn read(bytes: impl io::Read) -> Read {
        let mut found = Vec::new();
        let result = Reader::default().read(bytes, |Entry { key, value, time }| {
            found.push((String::from_utf8_lossy(key).into_owned(), value, time));
        });
        (found, result)
    }

    /// Byte for byte what version 0.26.0 made of `Gauge("g", "h", multiprocess_mode="mostrecent").set(2.5)`.
    #[test]
    fn a_file_of_the_client() {
        let hex =
            "3000000000000000 130000005b226722 2c202267222c207b 7d2c202268225d20 0000000000000440 705ff94a9dc2da41";
        let mut bytes: Vec<_> =
            hex.split(' ').flat_map(|word| u64::from_str_radix(word, 16).unwrap().to_be_bytes()).collect();
        bytes.resize(64 << 10, 0);
        let (found, result) = read(&*bytes);
        result.unwrap();
        assert_eq!(found, [(r#"["g", "g", {}, "h"]"#.to_owned(), 2.5, 1_795_847_467.896_45)]);
    }

    #[test]
    fn entries_come_as_they_were_written() {
        let mut expected = Vec::new();
        for length in 1..=17u8 {
            expected.push(("k".repeat(length.into()), f64::from(length), f64::from(length) / 2.0));
        }
        let mut bytes = written(expected.iter().map(|(key, value, time)| (&**key, *value, *time)));
        bytes.resize(64 << 10, 0);
        let (found, result) = read(&*bytes);
        result.unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn entries_may_cross_blocks() {
        let keys: Vec<_> = (0..40_000).map(|n| format!("{n}{}", "k".repeat(n % 100))).collect();
        let long = "x".repeat(MAX_KEY);
        let all = keys.iter().map(|key| (&**key, 1.0, 0.0)).chain([(&*long, 2.0, 0.0)]);
        let (found, result) = read(&*written(all));
        result.unwrap();
        assert_eq!(found.len(), 40_001);
        assert!(found.iter().map(|(key, ..)| key).eq(keys.iter().chain([&long])));
    }

    #[test]
    fn what_was_made_just_now_holds_nothing() {
        let (found, result) = read(&*vec![0; 64 << 10]);
        assert!(found.is_empty() && result.is_ok());
        let (found, result) = read(&*written([]));
        assert!(found.is_empty() && result.is_ok());
    }

    #[test]
    fn faults_have_names() {
        let good = written([("one", 1.0, 0.0), ("two", 2.0, 0.0)]);
        let fault = |bytes: &[u8]| read(bytes).1.unwrap_err();
        assert!(matches!(fault(b""), Fault::Empty));
        assert!(matches!(fault(b"\x08\0\0"), Fault::Truncated));
        assert!(matches!(fault(b"SQLite format 3\0\x10\0\x01\x01"), Fault::Foreign));
        assert!(matches!(fault(b"\x09\0\0\0\0\0\0\0\0"), Fault::Foreign));
        assert!(matches!(fault(b"\xf8\xff\xff\xff\0\0\0\0"), Fault::Foreign));
        assert!(matches!(fault(&good[..good.len() - 1]), Fault::Truncated));
        assert!(matches!(fault(&good[..8]), Fault::Truncated));
        for wrong in [0, -1, 1 << 24, 100] {
            let mut bytes = good.clone();
            bytes[32..36].copy_from_slice(&i32::to_ne_bytes(wrong));
            let (found, result) = read(&*bytes);
            assert!(matches!(result, Err(Fault::Corrupt)), "{wrong}: {result:?}");
            assert_eq!(found, [("one".to_owned(), 1.0, 0.0)], "what came before is good");
        }
    }

    #[test]
    fn what_the_system_says_is_a_fault() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }
        assert!(matches!(read(Broken).1, Err(Fault::Unreadable(_))));
    }
}
