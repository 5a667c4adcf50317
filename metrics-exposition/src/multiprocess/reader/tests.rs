use super::*;
use crate::multiprocess::archive::Build;
use crate::multiprocess::record::{Family, List, Mode, Native, Number, Place, Series, label_word};
use metrics_core::model::Kind;
use metrics_core::private::multiprocess::NativeLabel;
use proptest::prelude::*;
use std::fs::File;
use std::io::{Seek, Write};

const HEADER: Header = Header { is_archive: false, pid: 7, started: 5, random: 9, block: 0 };

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile();
    file.write_all(bytes).expect("there is room");
    file.rewind().expect("a file");
    file
}

/// A file without a name.
fn tempfile() -> File {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = format!("metrics-reader-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path).expect("there is room");
    std::fs::remove_file(path).expect("it was made just now");
    file
}

fn family(number: u32, kind: Kind, name: &'static str) -> Family<'static> {
    Family {
        family: number,
        kind,
        mode: Mode::Unset,
        number: Number::U64,
        name: name.into(),
        help: "Help.".into(),
        unit: "",
        bounds: List::default(),
        states: List::default(),
    }
}

fn series(series: u32, family: u32, labels: &'static str, place: Place<'static>) -> Record<'static> {
    Record::Series(Series { series, family, labels: labels.into(), created: 0, place })
}

/// One family of each type that lies in a file.
fn everything() -> Vec<u8> {
    let mut build = Build::new(HEADER);
    let one = 1f64.to_bits();
    let half = 0.5f64.to_bits();
    build.log(&Record::Family(family(0, Kind::Counter, "jobs")));
    let place = build.cells(&[41]).unwrap();
    build.log(&series(0, 0, r#"kind="a""#, place));
    let place = build.cells(&[1]).unwrap();
    build.log(&series(1, 0, r#"kind="gone""#, place));
    build.log(&Record::Gone { series: 1 });
    let place = build.cells(&[12]).unwrap();
    build.log(&series(2, 0, r#"kind="again""#, place));
    build.log(&Record::Restart { series: 2, created: 3, sums: List::Values(&[5]) });
    let text = [&half.to_le_bytes()[..], &2_000_000_000u64.to_le_bytes(), br#"id="x""#].concat();
    let (offset, capacity) = build.blob(&text).unwrap();
    build.log(&Record::Blob { series: 0, slot: 0, offset, capacity });
    build.log(&Record::Family(Family { number: Number::F64, ..family(1, Kind::Gauge, "load") }));
    let offset = build.word(half, 0);
    build.log(&series(3, 1, "", Place::Word { offset }));
    let bounds = [1.0, 2.0];
    build.log(&Record::Family(Family { bounds: List::Values(&bounds), ..family(2, Kind::Histogram, "wait") }));
    // A sequence number, the sum, and the buckets, of which this process was killed while it changed them.
    let place = build.cells(&[3, one, 1, 2, 3]).unwrap();
    build.log(&series(4, 2, "", place));
    build.log(&Record::Family(family(3, Kind::Summary, "size")));
    let place = build.cells(&[2, one, 4]).unwrap();
    build.log(&series(5, 3, "", place));
    build.log(&Record::Family(family(4, Kind::Info, "build")));
    build.log(&series(6, 4, r#"a="1""#, Place::Nowhere));
    let (offset, capacity) = build.blob(br#"version="2""#).unwrap();
    build.log(&Record::Blob { series: 6, slot: 0, offset, capacity });
    let states = ["on", "off"];
    build.log(&Record::Family(Family { states: List::Values(&states), ..family(5, Kind::StateSet, "phase") }));
    let offset = build.word(1, 0);
    build.log(&series(7, 5, "", Place::Word { offset }));
    build
        .log(&Record::Family(Family { bounds: List::Values(&bounds[..1]), ..family(6, Kind::GaugeHistogram, "ages") }));
    let words = [build.word(one, 0), build.word(2, 0), build.word((-1i64).cast_unsigned(), 0)];
    build.log(&Record::Series(Series {
        series: 8,
        family: 6,
        labels: "".into(),
        created: 0,
        place: Place::Words(List::Values(&words)),
    }));
    build.log(&Record::Family(family(7, Kind::Histogram, "native")));
    let place = build.cells(&[2, one, 1, 2, 3]).unwrap();
    build.log(&series(9, 7, "", place));
    let labels = [NativeLabel::NotANumber, NativeLabel::Zero].map(label_word);
    let native =
        Native { series: 9, life: 0, schema: 3, zero_threshold: 0.25, created: 0, labels: List::Values(&labels) };
    build.log(&Record::Native(native));
    build.log(&Record::Bucket { series: 9, life: 0, cell: 2, label: label_word(NativeLabel::Positive(-4)) });
    build.log(&Record::Bucket { series: 9, life: 0, cell: 3, label: label_word(NativeLabel::Negative(8)) });
    let Some(Place::Cells { first, len }) = build.cells(&[2, one, 4]) else { panic!("it fits") };
    build.log(&Record::More { series: 9, life: 0, first, len });
    build.finish()
}

/// The samples that a living process's file gives, and what is wrong with it.
fn read(bytes: &[u8], is_alive: bool) -> (Vec<String>, Option<Skip>) {
    let mut table = Table::default();
    table.begin();
    let skip =
        open(file(bytes)).and_then(|opened| Reader::default().add(&Opened { is_alive, ..opened }, "7", &mut table));
    (table.page(), skip.err())
}

#[test]
fn all_types_are_read() {
    let expected = [
        r#"ages_bucket{le="1.0"} 2"#,
        r#"ages_bucket{le="+Inf"} 2"#,
        "ages_gsum 1.0",
        "ages_gcount 2",
        r#"build_info{a="1",version="2"} 1"#,
        r#"jobs_total{kind="a"} 41 # {id="x"} 0.5 2"#,
        r#"jobs_total{kind="again"} 7"#,
        r#"jobs_created{kind="again"} 3e-09"#,
        r#"load{pid="7"} 0.5"#,
        "native_sum 2.0",
        "native 10",
        r#"phase{pid="7",phase="on"} 0"#,
        r#"phase{pid="7",phase="off"} 1"#,
        "size_sum 1.0",
        "size_count 4",
        r#"wait_bucket{le="1.0"} 1"#,
        r#"wait_bucket{le="2.0"} 3"#,
        r#"wait_bucket{le="+Inf"} 6"#,
        "wait_sum 1.0",
        "wait_count 6",
    ];
    let (page, skip) = read(&everything(), true);
    assert_eq!((page, skip), (expected.map(str::to_owned).to_vec(), None));
    // What is about living processes is not about a dead one.
    let (page, _) = read(&everything(), false);
    let of_the_living = |line: &&str| line.starts_with("ages") || line.starts_with("build");
    assert_eq!(page, expected.into_iter().filter(|line| !of_the_living(line)).collect::<Vec<_>>());
}

#[test]
fn all_arenas_are_added_up() {
    let mut build = Build::new(HEADER);
    build.log(&Record::Family(Family { number: Number::F64, ..family(0, Kind::Counter, "work") }));
    let place = build.cells(&[0.5f64.to_bits()]).unwrap();
    build.log(&series(0, 0, "", place));
    let mut other = [0u64; 1024];
    other[0] = 0.25f64.to_bits();
    // Any 8 KiB of a file may be a chunk; these are made of the words' place.
    let offset = build.word(other[0], 0);
    for _ in 0..80 {
        build.word(0, 0);
    }
    build.log(&Record::Chunk { arena: 3, index: 0, offset });
    assert_eq!(read(&build.finish(), false), (vec!["work_total 0.75".to_owned()], None));
}

#[test]
fn what_is_no_file_of_ours_says_why() {
    let whole = everything();
    let cases: [(&[u8], Skip); 5] = [
        (&[], Skip::Empty),
        (b"{}", Skip::Truncated),
        (&[0; 4096], Skip::Foreign),
        (&whole[..64], Skip::Truncated),
        (&whole[..whole.len() - 8], Skip::Truncated),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read(bytes, false), (vec![], Some(expected)));
    }
    let mut version = whole.clone();
    version[8] = 2;
    assert_eq!(read(&version, false).1, Some(Skip::Version));
    version[8] = 1;
    version[20] ^= 1;
    assert_eq!(read(&version, false).1, Some(Skip::Corrupt));
    let directory = File::open(std::env::temp_dir()).expect("there is one");
    assert_eq!(open(directory).expect_err("no file"), Skip::Foreign);
}

#[test]
fn two_series_do_not_own_one_cell() {
    let mut build = Build::new(HEADER);
    build.log(&Record::Family(family(0, Kind::Counter, "jobs")));
    let place = build.cells(&[3]).unwrap();
    build.log(&series(0, 0, r#"n="0""#, place));
    build.log(&series(1, 0, r#"n="1""#, place));
    assert_eq!(read(&build.finish(), false), (vec![r#"jobs_total{n="0"} 3"#.to_owned()], Some(Skip::Corrupt)));
}

#[test]
fn a_log_in_a_circle_ends() {
    let mut bytes = everything();
    let block = u64::from_le_bytes(*bytes[40..].first_chunk().unwrap());
    let at = usize::try_from(block).unwrap();
    bytes[at..at + 8].copy_from_slice(&block.to_le_bytes());
    assert_eq!(read(&bytes, false).1, Some(Skip::Corrupt));
}

#[test]
fn what_is_logged_meanwhile_is_believed() {
    let mut table = Table::default();
    table.begin();
    let mut state = State::default();
    let context = series::Context { pid: "7", is_alive: true, is_archive: false, started: 1 };
    let mut apply = |state: &mut State, record: &Record<'_>| state.apply(record, 1 << 20, &context, &mut table);
    apply(&mut state, &Record::Family(family(0, Kind::Histogram, "t"))).unwrap();
    for number in 0..4 {
        let first = number * 8;
        apply(&mut state, &series(number, 0, "", Place::Cells { first, len: 4 })).unwrap();
        let native =
            Native { series: number, life: 1, schema: 3, zero_threshold: 0.0, created: 1, labels: List::default() };
        apply(&mut state, &Record::Native(native)).unwrap();
    }
    state.prepare().unwrap();
    let native = Native { series: 0, life: 1, schema: 2, zero_threshold: 0.5, created: 1, labels: List::Values(&[0]) };
    state.apply_late(&Record::Native(native));
    state.apply_late(&Record::Native(Native { series: 1, life: 2, ..native }));
    state.apply_late(&Record::Gone { series: 2 });
    state.apply_late(&Record::Restart { series: 3, created: 9, sums: List::default() });
    state.apply_late(&Record::Gone { series: 17 });
    let lives: Vec<_> = state.series.iter().map(|series| series.state).collect();
    assert_eq!(lives, [series::Life::Here, series::Life::Changed, series::Life::Gone, series::Life::Changed]);
    assert_eq!((state.natives[0].schema, state.natives[0].labels.len()), (2, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    /// Whatever becomes of a file, the rest of it is read, and nothing panics.
    #[test]
    fn damaged_files_are_read(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        swaps in proptest::collection::vec(any::<[prop::sample::Index; 2]>(), 0..3),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        seals in any::<bool>(),
        is_alive in any::<bool>(),
    ) {
        let mut bytes = everything();
        // The cells between are many, and may hold anything: rather the header, the words and the log.
        let log = usize::try_from(u64::from_le_bytes(*bytes[40..].first_chunk().unwrap())).unwrap();
        let len = bytes.len();
        let place = |index: prop::sample::Index| {
            let at = index.index(len - log + 512);
            if at < 512 { at } else { log + at - 512 }
        };
        for (at, value) in flips {
            bytes[place(at)] = value;
        }
        for [a, b] in swaps {
            let (a, b) = (place(a) / 8 * 8, place(b) / 8 * 8);
            for at in 0..8 {
                if a + at < len && b + at < len {
                    bytes.swap(a + at, b + at);
                }
            }
        }
        if seals {
            reseal(&mut bytes, log);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(len));
        }
        read(&bytes, is_alive);
    }
}

/// Gives every record the checksum that it should have.
fn reseal(bytes: &mut [u8], log: usize) {
    let mut at = log + 16;
    while let Some(len) = bytes.get(at..at + 4).map(|len| u32::from_le_bytes(*len.first_chunk().unwrap()) as usize) {
        let Some(body) = bytes.get(at + 8..at + len).filter(|_| len > 8) else { break };
        let sum = crc32fast::hash(body);
        bytes[at + 4..at + 8].copy_from_slice(&sum.to_le_bytes());
        at += len.next_multiple_of(8);
    }
}
