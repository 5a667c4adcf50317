//! This program depends on `metrics-leaf` and never names it, so the linker drops it. The check at start says so.

use metrics_core::Registry;

#[test]
fn a_dependency_that_is_never_named_is_found_missing() {
    let missing = Registry::require_crates(&["metrics_leaf", "metrics_core"]).unwrap_err();
    assert_eq!(missing.names, ["metrics_leaf"]);
    let message = missing.to_string();
    assert!(message.contains("metrics_core::link!(metrics_leaf);"), "{message}");
    assert!(Registry::global().descs().iter().all(|desc| desc.name != "leaf_calls"));
}
