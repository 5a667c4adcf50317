//! However long a page is, a family at a time is kept.

#[path = "../memory/mod.rs"]
#[cfg(target_os = "linux")]
mod memory;

use metrics_exposition::parse::{Options, ParseFault, openmetrics, text};
use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// What `make` makes of 0, 1, 2, …; counts the bytes that were taken.
struct Endless<F> {
    make: F,
    number: usize,
    chunk: Vec<u8>,
    used: usize,
    taken: Rc<Cell<usize>>,
}

fn endless<F: FnMut(usize) -> String>(make: F) -> (Endless<F>, Rc<Cell<usize>>) {
    let taken = Rc::new(Cell::new(0));
    (Endless { make, number: 0, chunk: Vec::new(), used: 0, taken: Rc::clone(&taken) }, taken)
}

impl<F: FnMut(usize) -> String> BufRead for Endless<F> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.chunk.len() {
            self.chunk = (self.make)(self.number).into_bytes();
            self.number += 1;
            self.used = 0;
        }
        Ok(&self.chunk[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        self.used += amount;
        self.taken.set(self.taken.get() + amount);
    }
}

impl<F: FnMut(usize) -> String> Read for Endless<F> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        unreachable!("the parsers read lines")
    }
}

const OPTIONS: Options = Options { max_line: 10_000, max_family: 100_000 };

#[test]
#[cfg(target_os = "linux")]
fn a_long_page_takes_the_memory_of_a_family() {
    const FAMILIES: usize = 100;
    let page = |family: usize| -> String {
        let line =
            |series: usize| format!("f{family}_total{{series=\"{series}\",path=\"/some/where/on/the/disk\"}} 1\n");
        format!("# TYPE f{family} counter\n") + &(0..4_000).map(line).collect::<String>()
    };
    let (reader, taken) = endless(page);
    let mut families = openmetrics::read(reader, Options::default());
    // What one of them needs, and the allocator keeps.
    assert_eq!(families.next().unwrap().unwrap().len(), 4_000);
    let before = memory::resident();
    for _ in 1..FAMILIES {
        assert_eq!(families.next().unwrap().unwrap().len(), 4_000);
    }
    let (grown, taken) = (memory::resident().saturating_sub(before), taken.get() as u64);
    assert!(taken > 20 << 20, "{taken}");
    assert!(grown < taken / 4, "{grown} bytes more, of a page of {taken}");
}

#[test]
fn a_line_without_end_is_refused() {
    let piece = "x".repeat(500);
    let (reader, taken) = endless(|_| piece.clone());
    let error = text::read(reader, OPTIONS).find_map(Result::err).unwrap();
    assert_eq!((error.fault(), error.line()), (&ParseFault::LineTooLong { limit: 10_000 }, 1));
    assert!(taken.get() <= 11_000, "{}", taken.get());
    assert!(error.text().chars().count() < 200, "as much of it as helps");
}

#[test]
fn a_family_without_end_is_refused() {
    let line = |n: usize| format!("a{{n=\"{n}\"}} 1\n");
    for strict in [false, true] {
        let (reader, taken) = endless(line);
        let error = if strict {
            openmetrics::read(reader, OPTIONS).find_map(Result::err)
        } else {
            text::read(reader, OPTIONS).find_map(Result::err)
        };
        assert_eq!(error.unwrap().fault(), &ParseFault::FamilyTooLarge { limit: 100_000 });
        assert!(taken.get() <= 120_000, "{}", taken.get());
    }
}

#[test]
fn a_reader_that_fails_says_how() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is out"))
        }
    }
    let error = text::read(io::BufReader::new(Failing), OPTIONS).next().unwrap().unwrap_err();
    assert!(matches!(error.fault(), ParseFault::Read { kind: io::ErrorKind::Other, .. }));
    assert!(error.to_string().contains("the cable is out"));
}
