//! `Accept` headers, one a line. Whatever they say, the answer is a page, and its `Content-Type` says which.

#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_core::{Counter, Registry, registry::Definition};
use metrics_exposition::http::{Request, handle};
use metrics_exposition::parse::PageFormat;
use std::sync::{Arc, LazyLock};

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let registry = Registry::new();
    registry.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new())).expect("the first");
    registry
});

fuzz_target!(|accept: &[u8]| {
    let headers: Vec<_> = accept.split(|b| *b == b'\n').collect();
    let response = handle(&REGISTRY, &Request::new("GET", &headers));
    assert_eq!(response.status, 200);
    let content_type = response.headers.iter().find(|(name, _)| *name == "content-type").expect("there is one");
    let format: PageFormat = content_type.1.parse().unwrap_or_else(|error| panic!("{error}"));
    let page: Vec<u8> = response.body.flat_map(|chunk| Vec::from(chunk.expect("no collector panics"))).collect();
    let families = metrics_fuzz::parse(format, &page).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(families.len(), 1);
});
