//! Expansions in a crate that renames the library, takes the prelude's names and denies every lint: that it
//! compiles is the test, see `tests/hygiene`. What it defines must also be there when the program runs.

use metrics_core::Registry;
use metrics_core::testing::sample_value;
use metrics_hygiene::{lints, prelude};

#[test]
fn metrics_of_a_renamed_library_are_gathered() {
    let _ = lints::add(1, 2);
    let requests = lints::Request { method: lints::Method::Get, route: lints::Route("/") };
    lints::Lints::global().requests.with(&requests).inc();
    let labels = [("from", "fixture"), ("method", "GET"), ("path", "/")];
    assert_eq!(sample_value(Registry::global(), "hygiene_lints_requests_total", &labels), Some(1.0));
    assert!(Registry::require_crates(&["metrics_hygiene"]).is_ok());
    assert_eq!(Registry::global().check(), Ok(()));
}

#[test]
fn names_of_the_prelude_may_be_taken() {
    prelude::Prelude::global().requests.with(&prelude::request()).inc();
    assert_eq!(prelude::call(3), Ok(3));
    let labels = [("from", "fixture"), ("method", "some"), ("route", "/"), ("f", "true"), ("index", "false")];
    assert_eq!(sample_value(Registry::global(), "hygiene_prelude_requests_total", &labels), Some(1.0));
}
