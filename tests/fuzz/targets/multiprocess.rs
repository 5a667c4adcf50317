//! Files of other processes, as they are or with checksums that are right, by the first byte. Whatever is in one, there is
//! a page, and it is one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_core::Registry;
use metrics_exposition::multiprocess::{MultiprocessCollector, merge};
use metrics_exposition::parse::PageFormat;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let directory = parent.join(format!("metrics-fuzz-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("there is room");
    directory
});

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let registry = Registry::new();
    let collector = MultiprocessCollector::new(&*DIRECTORY).expect("it was made").without_compaction();
    registry.register_collector(Arc::new(collector)).expect("nothing is described");
    registry
});

fuzz_target!(|data: &[u8]| {
    let Some((selects, bytes)) = data.split_first() else { return };
    let bytes = if selects % 2 == 0 { bytes.to_vec() } else { sealed(bytes) };
    let path = DIRECTORY.join("7-0000000000000001.metrics");
    fs::write(&path, bytes).expect("there is room");
    let page = metrics_exposition::openmetrics::generate_latest(&REGISTRY);
    merge([&path], false).samples();
    fs::remove_file(path).expect("it was made");
    if let Err(error) = metrics_fuzz::parse(PageFormat::OpenMetrics, &page) {
        panic!("{error}\n{}", String::from_utf8_lossy(&page));
    }
});

/// With the checksums that header and records should have.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let word =
        |bytes: &[u8], at: usize| bytes.get(at..at + 4)?.first_chunk().map(|word| u32::from_le_bytes(*word) as usize);
    if bytes.len() < 64 {
        return bytes;
    }
    let sum = crc32fast::hash(&bytes[..40]);
    bytes[48..52].copy_from_slice(&sum.to_le_bytes());
    let Some(block) = word(&bytes, 40) else { return bytes };
    let mut at = block.saturating_add(16);
    while let Some(len) = at.checked_add(4).and_then(|_| word(&bytes, at)).filter(|len| *len > 8) {
        let Some(end) = at.checked_add(len).filter(|end| *end <= bytes.len()) else { break };
        let sum = crc32fast::hash(&bytes[at + 8..end]);
        bytes[at + 4..at + 8].copy_from_slice(&sum.to_le_bytes());
        at += len.next_multiple_of(8);
    }
    bytes
}
