//! What compressing a page costs, level by level: CPU and size, of a page of 1 MB and one of 10 MB, and of pages that are
//! hardly worth it. `cargo bench -p metrics-bench --bench compress`; about a minute.
//!
//! The levels of `metrics_exposition::http` were chosen by this.

mod page;

use flate2::Compression;
use flate2::write::GzEncoder;
use metrics_bench::thread_time;
use metrics_core::Registry;
use metrics_exposition::http::{Handler, Options, Request};
use metrics_exposition::text;
use std::hint::black_box;
use std::io::Write;
use std::mem;
use std::time::Duration;

const ROUNDS: usize = 7;
/// What a handler builds at once, and what it encodes behind that.
const PARTS: (usize, usize) = (4 << 20, 64 << 10);

/// Makes an encoder, feeds it part by part and gives the size of what comes out.
type Subject = (String, Box<dyn Fn(&[u8]) -> usize>);

fn main() {
    let subjects: Vec<Subject> = (1..=9).map(gzip).chain([-7, -5, -3, -1, 1, 2, 3, 4, 5, 6, 7, 9].map(zstd)).collect();
    for series in [580, 5_800] {
        let registry = page::registry(series);
        levels(&text::generate_latest(&registry), &subjects);
        handler(&registry);
    }
    small();
}

fn parts(page: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (first, rest) = page.split_at(page.len().min(PARTS.0));
    std::iter::once(first).chain(rest.chunks(PARTS.1))
}

fn gzip(level: u32) -> Subject {
    let run = move |page: &[u8]| {
        let (mut encoder, mut size) = (GzEncoder::new(Vec::new(), Compression::new(level)), 0);
        for part in parts(page) {
            encoder.write_all(part).unwrap();
            encoder.flush().unwrap();
            size += mem::take(encoder.get_mut()).len();
        }
        size + encoder.finish().unwrap().len()
    };
    (format!("gzip {level}"), Box::new(run))
}

fn zstd(level: i32) -> Subject {
    let run = move |page: &[u8]| {
        let (mut encoder, mut size) = (zstd::stream::write::Encoder::new(Vec::new(), level).unwrap(), 0);
        for part in parts(page) {
            encoder.write_all(part).unwrap();
            encoder.flush().unwrap();
            size += mem::take(encoder.get_mut()).len();
        }
        size + encoder.finish().unwrap().len()
    };
    (format!("zstd {level}"), Box::new(run))
}

/// Medians of the subjects' times, who take turns.
fn measure<T>(subjects: &[T], rounds: usize, run: impl Fn(&T)) -> Vec<Duration> {
    let mut times = vec![Vec::new(); subjects.len()];
    for _ in 0..rounds {
        for (subject, times) in subjects.iter().zip(&mut times) {
            let start = thread_time();
            run(subject);
            times.push(thread_time() - start);
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    times.into_iter().map(median).collect()
}

fn levels(page: &[u8], subjects: &[Subject]) {
    println!("\n{:<24}{:>10}{:>10}{:>12}{:>8}", format!("{} bytes", page.len()), "CPU ms", "MB/s", "bytes", "%");
    let times = measure(subjects, ROUNDS, |(_, run)| {
        black_box(run(black_box(page)));
    });
    for ((name, run), time) in subjects.iter().zip(times) {
        let (size, seconds) = (run(page), time.as_secs_f64());
        let (rate, share) = (page.len() as f64 / seconds / 1e6, 100.0 * size as f64 / page.len() as f64);
        println!("  {name:<22}{:>10.2}{rate:>10.0}{size:>12}{share:>8.2}", seconds * 1e3);
    }
}

/// The same page from a handler, encoded each time.
fn handler(registry: &Registry) {
    let handler = Handler::new(registry, Options::new());
    let codings: [(&str, &[&[u8]]); 3] = [("not compressed", &[]), ("gzip", &[b"gzip"]), ("zstd", &[b"zstd"])];
    let answer = |lines| {
        let body = handler.handle(&Request::new("GET", &[]).accept_encoding(lines)).body;
        body.map(|chunk| chunk.unwrap().len()).sum::<usize>()
    };
    let times = measure(&codings, ROUNDS, |(_, lines)| {
        black_box(answer(lines));
    });
    for ((name, lines), time) in codings.iter().zip(times) {
        println!("  {:<22}{:>10.2}{:>22}", format!("handler, {name}"), time.as_secs_f64() * 1e3, answer(lines));
    }
}

/// Where compressing begins to be worth its time.
fn small() {
    println!("\n{:<24}{:>14}{:>10}{:>14}{:>10}", "bytes", "gzip 1 us", "bytes", "zstd 1 us", "bytes");
    let page = text::generate_latest(&page::registry(10));
    let subjects = [gzip(1), zstd(1)];
    for len in [250, 500, 1_000, 1_400, 2_000, 4_000, 8_000, 16_000] {
        let page = &page[..len];
        let times = measure(&subjects, 300, |(_, run)| {
            black_box(run(black_box(page)));
        });
        print!("  {len:<22}");
        for ((_, run), time) in subjects.iter().zip(times) {
            print!("{:>14.1}{:>10}", time.as_secs_f64() * 1e6, run(page));
        }
        println!();
    }
}
