//! Names: what is escaped is a name that every reader knows, stays as it is, and is unlike what another name becomes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_core::name::{EscapingScheme, escape_label_name, escape_metric_name};

fn is_plain(name: &str, may_have_colons: bool) -> bool {
    let is_one = |c: char| c.is_ascii_alphanumeric() || c == '_' || (c == ':' && may_have_colons);
    !name.is_empty() && name.chars().all(is_one) && !name.starts_with(|c: char| c.is_ascii_digit())
}

fuzz_target!(|names: (&str, &str)| {
    let (one, other) = names;
    if one.is_empty() || other.is_empty() {
        return;
    }
    for scheme in [EscapingScheme::Underscores, EscapingScheme::Dots, EscapingScheme::Values] {
        let (metric, label) = (escape_metric_name(one, scheme), escape_label_name(one, scheme));
        assert!(is_plain(&metric, true), "{metric}");
        assert!(is_plain(&label, false), "{label}");
        if scheme != EscapingScheme::Dots {
            assert_eq!(escape_metric_name(&metric, scheme), metric);
        }
    }
    // Only names that look escaped already can be taken for one.
    let is_escaped = |name: &str| name.starts_with("U__");
    if one != other && !is_escaped(one) && !is_escaped(other) {
        let values = |name| escape_metric_name(name, EscapingScheme::Values);
        assert_ne!(values(one), values(other));
    }
});
