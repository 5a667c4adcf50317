//! A file as a process leaves it, written from the page that describes the format, and by nothing of the library.

const HEADER: usize = 64;
const CELLS: usize = 1_024;
const BOUNDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// So many counters and histograms, which are 17 keys together, of process number `pid`.
pub(crate) fn file(pid: u64, each: u32) -> Vec<u8> {
    let mut cells = Vec::new();
    let mut log = Vec::new();
    record(&mut log, &family(0, 0, "shop_requests", "Requests that were answered.", &[]));
    record(&mut log, &family(1, 2, "shop_request_duration_seconds", "Time to answer.", &BOUNDS));
    for n in 0..each {
        record(&mut log, &series(2 * n, 0, n, cells.len(), 1));
        cells.push(u64::from(n) + pid);
        record(&mut log, &series(2 * n + 1, 1, n, cells.len(), 2 + BOUNDS.len() + 1));
        cells.extend([2, 0.25f64.to_bits()]);
        cells.extend((0..=BOUNDS.len() as u64).map(|bucket| bucket % 3));
    }
    assert!(cells.len() <= CELLS, "one chunk");
    cells.resize(CELLS, 0);
    record(&mut log, &[&[6][..], &1u32.to_le_bytes(), &0u32.to_le_bytes(), &(HEADER as u64).to_le_bytes()].concat());
    log.extend([0; 8]);
    let mut file = b"METRICS\x01".to_vec();
    file.extend([1u32, 0].map(u32::to_le_bytes).concat());
    file.extend([pid, pid, pid].map(u64::to_le_bytes).concat());
    let sum = crc32fast::hash(&file);
    file.extend(((HEADER + CELLS * 8) as u64).to_le_bytes());
    file.extend(sum.to_le_bytes());
    file.resize(HEADER, 0);
    file.extend(cells.iter().flat_map(|cell| cell.to_le_bytes()));
    file.extend([0, 16 + log.len() as u64].map(u64::to_le_bytes).concat());
    file.extend(log);
    file
}

fn record(log: &mut Vec<u8>, body: &[u8]) {
    let len = word(8 + body.len());
    log.extend([len, crc32fast::hash(body)].map(u32::to_le_bytes).concat());
    log.extend(body);
    log.resize(log.len().next_multiple_of(8), 0);
}

fn word(len: usize) -> u32 {
    u32::try_from(len).expect("short")
}

fn text(text: &str) -> Vec<u8> {
    [&word(text.len()).to_le_bytes()[..], text.as_bytes()].concat()
}

fn family(number: u32, kind: u8, name: &str, help: &str, bounds: &[f64]) -> Vec<u8> {
    let mut body = vec![1];
    body.extend(number.to_le_bytes());
    body.extend([kind, 0, 0]);
    body.extend([text(name), text(help), text("")].concat());
    body.extend(word(bounds.len()).to_le_bytes());
    body.extend(bounds.iter().flat_map(|bound| bound.to_le_bytes()));
    body.extend(0u32.to_le_bytes());
    body
}

fn series(number: u32, family: u32, route: u32, first: usize, len: usize) -> Vec<u8> {
    let mut body = vec![2];
    body.extend([number, family].map(u32::to_le_bytes).concat());
    body.extend(text(&format!("route=\"/route/{route}\"")));
    body.extend(1_700_000_000_000_000_000u64.to_le_bytes());
    body.push(0);
    body.extend([word(first), word(len)].map(u32::to_le_bytes).concat());
    body
}
