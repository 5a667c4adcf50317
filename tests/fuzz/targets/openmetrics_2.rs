#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_exposition::parse::PageFormat;
use metrics_fuzz::{check_fixpoint, parse};

fuzz_target!(|page: &[u8]| {
    if let Ok(families) = parse(PageFormat::OpenMetrics2, page) {
        check_fixpoint(PageFormat::Protobuf, families, metrics_exposition::protobuf::generate_latest);
    }
});
