//! Labels in one order, so that processes that spell them differently mean one series.

use metrics_core::model::Labels;
use metrics_core::name::Validation;
use std::borrow::Cow;

/// Rendered labels sorted by name; `None` if they are none, or have the one that the type needs itself.
///
/// `is_last_ours`: the last one was added to those that the process gave, and keeps its name. Others of that name get
/// `exported_` before theirs, [as Prometheus does it][relabel].
///
/// [relabel]: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
pub(super) fn canonical(labels: &str, reserved: Option<&str>, is_last_ours: bool) -> Option<String> {
    let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = Labels { scope: "", own: labels }.pairs().collect();
    // What is rendered otherwise than we do is not rendered, or not wholly.
    if Labels::render(pairs.iter().map(|(name, value)| (name, value))) != labels {
        return None;
    }
    if is_last_ours {
        let (ours, _) = pairs.pop()?;
        give_way(&mut pairs, &ours);
        let value = Labels { scope: "", own: labels }.pairs().last()?.1;
        pairs.push((ours, value));
    }
    pairs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let is_twice = pairs.windows(2).any(|pair| pair[0].0 == pair[1].0);
    let is_wrong = |name: &str| Some(name) == reserved || Validation::Utf8.label_name(name).is_err();
    if is_twice || pairs.iter().any(|(name, _)| is_wrong(name)) {
        return None;
    }
    Some(Labels::render(pairs.iter().map(|(name, value)| (name, value))))
}

/// Renames a label of this name.
fn give_way(pairs: &mut [(Cow<'_, str>, Cow<'_, str>)], name: &str) {
    let Some(at) = pairs.iter().position(|(other, _)| other == name) else { return };
    let mut renamed = format!("exported_{name}");
    while pairs.iter().any(|(other, _)| *other == renamed) {
        renamed.insert_str(0, "exported_");
    }
    pairs[at].0 = renamed.into();
}

/// Writes rendered labels and one more behind them.
pub(super) fn append(out: &mut String, labels: &str, name: &str, value: &str) {
    out.push_str(labels);
    if !labels.is_empty() {
        out.push(',');
    }
    out.push_str(&Labels::render([(name, value)]));
}

/// Sorted labels with one more, to which a label of the same name gives way.
pub(super) fn with(labels: &str, name: &str, value: &str) -> String {
    let mut both = String::new();
    append(&mut both, labels, name, value);
    canonical(&both, None, true).unwrap_or(both)
}
