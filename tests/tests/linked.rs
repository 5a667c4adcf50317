//! This program names `metrics-leaf` by `link!` alone, and has its metrics.

use metrics_core::Registry;

metrics_core::link!(metrics_leaf);

#[test]
fn a_linked_dependency_is_there() {
    Registry::require_crates(&["metrics_leaf", "metrics_core"]).unwrap();
    assert!(Registry::global().descs().iter().any(|desc| desc.name == "leaf_calls"));
    Registry::global().check().unwrap();
}
