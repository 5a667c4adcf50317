#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_exposition::parse::PageFormat;
use metrics_fuzz::{check_fixpoint, parse};

fuzz_target!(|page: &[u8]| {
    if let Ok(families) = parse(PageFormat::OpenMetrics, page) {
        // What is legal here is legal in text.
        let _ = PageFormat::Text.parse(page).count();
        check_fixpoint(PageFormat::OpenMetrics, families, metrics_exposition::openmetrics::generate_latest);
    }
});
