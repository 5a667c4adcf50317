use super::*;
use metrics_core::private::multiprocess::NativeLabel;
use proptest::collection::vec;
use proptest::prelude::*;

/// What a record owns, so that it can be made up.
#[derive(Clone, Debug)]
struct Parts {
    numbers: [u32; 4],
    words: [u64; 2],
    real: f64,
    texts: Vec<String>,
    sums: Vec<u64>,
    bounds: Vec<f64>,
    labels: Vec<i64>,
    bytes: [u8; 3],
}

fn parts() -> impl Strategy<Value = Parts> {
    let texts = vec(".{0,12}", 3..6);
    let real = any::<f64>().prop_filter("equal to itself", |real| !real.is_nan());
    let lists = (vec(any::<u64>(), 0..9), vec(-1e9..1e9f64, 0..9), vec(any::<i64>(), 0..9));
    (any::<[u32; 4]>(), any::<[u64; 2]>(), real, texts, lists, any::<[u8; 3]>()).prop_map(
        |(numbers, words, real, texts, (sums, bounds, labels), bytes)| Parts {
            numbers,
            words,
            real,
            texts,
            sums,
            bounds,
            labels,
            bytes,
        },
    )
}

/// One of each, with what `parts` says.
fn with_records(parts: &Parts, mut see: impl FnMut(&Record<'_>)) {
    let [series, first, len, slot] = parts.numbers;
    let [created, offset] = parts.words;
    let texts: Vec<&str> = parts.texts.iter().map(String::as_str).collect();
    let [a, b, c] = parts.bytes.map(usize::from);
    let family = Family {
        family: first,
        kind: Kind::ALL[a % Kind::ALL.len()],
        mode: Mode::ALL[b % Mode::ALL.len()],
        number: Number::ALL[c % Number::ALL.len()],
        name: Text::joined(&texts[..2], "_"),
        help: texts[2].into(),
        unit: texts[1],
        bounds: List::Values(&parts.bounds),
        states: List::Values(&texts),
    };
    see(&Record::Family(family));
    let places =
        [Place::Cells { first, len }, Place::Word { offset }, Place::Nowhere, Place::Words(List::Values(&parts.sums))];
    for place in places {
        see(&Record::Series(Series { series, family: slot, labels: Text::joined(&texts, ","), created, place }));
    }
    see(&Record::More { series, life: created, first, len });
    see(&Record::Gone { series });
    see(&Record::Restart { series, created, sums: List::Values(&parts.sums) });
    see(&Record::Chunk { arena: series, index: first, offset });
    let native = Native {
        series,
        life: offset,
        schema: first.cast_signed(),
        zero_threshold: parts.real,
        created,
        labels: List::Values(&parts.labels),
    };
    see(&Record::Native(native));
    see(&Record::Bucket { series, life: offset, cell: first, label: created.cast_signed() });
    see(&Record::Blob { series, slot, offset, capacity: len });
    see(&Record::Includes { random: created });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(parts in parts()) {
        let mut log = Vec::new();
        with_records(&parts, |record| {
            let start = log.len();
            assert!(record.append(&mut log));
            assert_eq!(log.len() % 8, 0);
            assert_eq!(Record::decode(&log[start..]), Found::Record(*record, log.len() - start));
            // In front of what is not written yet, too.
            log.extend([0; 8]);
            let size = log.len() - start - 8;
            assert_eq!(Record::decode(&log[start..]), Found::Record(*record, size));
            assert_eq!(Record::decode(&log[start + size..]), Found::End);
            // Not before all of it is there.
            let len = record.encode(&mut log[start..]).expect("it fitted") as usize;
            assert_eq!(Record::decode(&log[start..]), Found::End);
            assert_eq!((padded(len), record.encoded_len()), (size, len));
            assert_eq!(record.encode(&mut log[start..start + size - 1]), None);
        });
    }

    #[test]
    fn one_wrong_bit_is_found(parts in parts(), at in any::<prop::sample::Index>(), bit in 0..8u32) {
        with_records(&parts, |record| {
            let mut bytes = Vec::new();
            assert!(record.append(&mut bytes));
            let len = u32::from_le_bytes(*bytes.first_chunk().expect("a length")) as usize;
            // Behind the length, whose damage shows in the checksum if it does not cut.
            let at = 4 + at.index(len - 4);
            bytes[at] ^= 1 << bit;
            assert_eq!(Record::decode(&bytes), Found::Corrupt);
        });
    }

    #[test]
    fn whatever_there_is_can_be_read(mut bytes in vec(any::<u8>(), 0..200), is_framed in any::<bool>()) {
        if is_framed && bytes.len() > FRAME {
            let sum = crc32fast::hash(&bytes[FRAME..]);
            let len = u32::try_from(bytes.len()).expect("short");
            bytes[..4].copy_from_slice(&len.to_le_bytes());
            bytes[4..8].copy_from_slice(&sum.to_le_bytes());
            bytes[FRAME] %= 12;
            bytes.resize(padded(bytes.len()), 0);
        }
        if let Found::Record(record, size) = Record::decode(&bytes) {
            assert!(size <= bytes.len());
            assert!(record.append(&mut Vec::new()));
        }
    }

    #[test]
    fn native_labels_are_words(index in any::<i32>(), word in any::<i64>()) {
        use NativeLabel::*;
        for label in [Zero, NotANumber, Positive(index), Negative(index)] {
            prop_assert_eq!(label_of_word(label_word(label)), Some(label));
        }
        prop_assert!(label_of_word(word).is_none_or(|label| label_word(label) == word));
    }

    #[test]
    fn headers_are_read(words in any::<[u64; 4]>(), is_archive in any::<bool>(), at in 0..40usize) {
        let [pid, started, random, block] = words;
        let header = Header { is_archive, pid, started, random, block };
        let mut bytes = header.encode();
        prop_assert_eq!(Header::decode(&bytes), Ok(header));
        // The log may begin elsewhere, later.
        bytes[BLOCK..BLOCK + 8].copy_from_slice(&[7, 0, 0, 0, 0, 0, 0, 0]);
        prop_assert_eq!(Header::decode(&bytes), Ok(Header { block: 7, ..header }));
        bytes[at] ^= 1;
        prop_assert!(Header::decode(&bytes).is_err());
    }
}

#[test]
fn a_record_has_an_end() {
    let long = "x".repeat(MOST);
    let record = Record::Series(Series {
        series: 0,
        family: 0,
        labels: long.as_str().into(),
        created: 0,
        place: Place::Nowhere,
    });
    let mut out = vec![0; 2 * MOST];
    assert_eq!(record.encode(&mut out), None);
    assert!(!record.append(&mut Vec::new()));
}

#[test]
fn lists_do_not_believe_their_length() {
    let mut bytes = Vec::new();
    let sums = [1; 3];
    assert!(Record::Restart { series: 1, created: 2, sums: List::Values(&sums) }.append(&mut bytes));
    // Four thousand million of them.
    bytes[FRAME + 13..FRAME + 17].fill(0xff);
    let len = u32::from_le_bytes(*bytes.first_chunk().expect("a length")) as usize;
    let sum = crc32fast::hash(&bytes[FRAME..len]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    assert_eq!(Record::decode(&bytes), Found::Corrupt);
}

#[test]
fn a_later_version_may_add_fields_and_records() {
    let mut bytes = Vec::new();
    assert!(Record::Gone { series: 7 }.append(&mut bytes));
    bytes.truncate(FRAME + 5);
    bytes.extend(*b"more");
    let seal = |bytes: &mut Vec<u8>| {
        let len = u32::try_from(bytes.len()).expect("short");
        let sum = crc32fast::hash(&bytes[FRAME..]);
        bytes[..4].copy_from_slice(&len.to_le_bytes());
        bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    };
    seal(&mut bytes);
    let mut padding = bytes.clone();
    padding.resize(padded(bytes.len()), 0);
    assert_eq!(Record::decode(&padding), Found::Record(Record::Gone { series: 7 }, 24));
    bytes[FRAME] = 99;
    seal(&mut bytes);
    bytes.resize(padded(bytes.len()), 0);
    assert_eq!(Record::decode(&bytes), Found::Unknown(24));
}
