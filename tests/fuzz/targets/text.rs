#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_exposition::parse::PageFormat;
use metrics_fuzz::{check_fixpoint, parse};

fuzz_target!(|page: &[u8]| {
    if let Ok(families) = parse(PageFormat::Text, page) {
        check_fixpoint(PageFormat::Text, families, metrics_exposition::text::generate_latest);
    }
});
