//! Names that are two, and one when they are escaped.

use super::super::Family;
use metrics_core::name::{EscapingScheme, escape_label_name, escape_metric_name};
use std::collections::HashMap;

const SCHEMES: [EscapingScheme; 3] = [EscapingScheme::Underscores, EscapingScheme::Dots, EscapingScheme::Values];

/// All names of the page so far, by what they become.
#[derive(Default)]
pub(in super::super) struct Names(HashMap<(EscapingScheme, String), String>);

impl Names {
    /// Adds a name; gives another one that becomes the same, and what both become.
    fn add(&mut self, name: &str, scheme: EscapingScheme, escaped: String) -> Option<(String, String)> {
        let key = (scheme, escaped);
        match self.0.get(&key) {
            Some(other) if other != name => Some((other.clone(), key.1)),
            Some(_) => None,
            None => {
                self.0.insert(key, name.to_owned());
                None
            }
        }
    }
}

pub(super) fn check(family: &Family<'_>, names: &mut Names) -> Vec<String> {
    let mut all: Vec<_> = family.desc().sample_names().chain([family.name().to_owned()]).collect();
    all.dedup();
    let metrics = SCHEMES.into_iter().flat_map(|scheme| all.iter().map(move |name| (scheme, name)));
    let metrics = metrics.filter_map(|(scheme, name)| {
        let (other, escaped) = names.add(name, scheme, escape_metric_name(name, scheme).into_owned())?;
        Some(message(&format!("{name:?}"), &escaped, scheme, &other))
    });
    // One family's suffixes and schemes would say the same again.
    let mut found: Vec<_> = metrics.take(1).collect();
    let mut labels = Names::default();
    for scheme in SCHEMES {
        for name in family.label_names() {
            if let Some((other, escaped)) = labels.add(name, scheme, escape_label_name(name, scheme).into_owned()) {
                found.push(message(&format!("label {name:?}"), &escaped, scheme, &other));
            }
        }
    }
    found
}

fn message(what: &str, escaped: &str, scheme: EscapingScheme, other: &str) -> String {
    format!("{what} becomes {escaped:?} with escaping={}, and so does {other:?}", scheme.as_str())
}
