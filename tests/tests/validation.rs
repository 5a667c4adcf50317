//! The switch of the whole process, so that it is alone here.

use metrics_core::name::{disable_legacy_validation, enable_legacy_validation, get_legacy_validation};
use metrics_core::registry::Definition;
use metrics_core::{Gauge, Registry};
use std::sync::Arc;

#[test]
fn it_counts_for_new_registries_and_the_global_one() {
    let register = |registry: &Registry, name: &str| {
        registry.register(Definition::new(name, "Requests."), Arc::new(Gauge::new())).map(drop)
    };
    let before = Registry::new();
    assert!(!get_legacy_validation());
    enable_legacy_validation();
    assert!(get_legacy_validation());
    let name = "my-app:request_count";
    let legacy = Registry::new();
    for registry in [Registry::global(), &legacy] {
        let error = register(registry, name).unwrap_err();
        assert!(error.to_string().contains("legacy validation"), "{error}");
    }
    register(&before, name).unwrap();

    disable_legacy_validation();
    for registry in [Registry::global(), &Registry::new()] {
        register(registry, name).unwrap();
    }
    assert!(register(&legacy, name).is_err(), "it keeps what was the default when it was made");

    enable_legacy_validation();
    assert!(register(Registry::global(), "another-app:request_count").is_err());
    assert_eq!(Registry::global().get_sample_value(name, &[]), Some(0.0), "what is there stays");
}
