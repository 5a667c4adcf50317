//! What names and help say.

use super::super::Family;
use super::if_so;
use metrics_core::model::Kind;
use metrics_core::name::style::{base_unit, is_percent};

/// How notes to oneself begin.
const NOTES: &[&str] = &["todo", "fixme", "xxx", "tbd"];

pub(super) fn unit(family: &Family<'_>) -> Vec<String> {
    let desc = family.desc();
    let last = desc.name.rsplit('_').next().unwrap_or_default();
    match &desc.unit {
        Some(unit) => {
            let is_last = desc.name.strip_suffix(&**unit).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
            if_so(!is_last, &format!("unit {unit:?} is not the last word of the name"))
        }
        None if family.declares_units && !matches!(desc.kind, Kind::Info | Kind::StateSet) => {
            let is_unit = base_unit(last) == Some(last) || last == "ratio";
            if_so(is_unit, &format!("name ends in the unit {last:?}, which is not declared"))
        }
        None => Vec::new(),
    }
}

pub(super) fn help_quality(family: &Family<'_>) -> Vec<String> {
    let letters =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let (help, desc) = (letters(&family.desc().help), family.desc());
    let repeats = !help.is_empty() && (help == letters(&desc.name) || help == letters(family.name()));
    let first = desc.help.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_note = NOTES.iter().any(|note| first.eq_ignore_ascii_case(note));
    let mut found = if_so(repeats, "help text only repeats the name");
    found.extend(if_so(is_note, "help text is a note to its author"));
    found
}

pub(super) fn percent(family: &Family<'_>) -> Vec<String> {
    let word = family.name().split('_').find(|word| is_percent(word));
    word.map(|word| format!("use \"ratio\" (0 to 1) instead of {word:?}")).into_iter().collect()
}

pub(super) fn reserved_underscore(family: &Family<'_>) -> Vec<String> {
    let metric = if_so(family.name().starts_with('_'), "metric names should not begin with \"_\"");
    let labels = family.label_names().iter().filter(|name| name.starts_with('_'));
    metric.into_iter().chain(labels.map(|name| format!("label {name:?} should not begin with \"_\""))).collect()
}

pub(super) fn untyped_histogram(family: &Family<'_>) -> Vec<String> {
    if family.desc().kind != Kind::Unknown {
        return Vec::new();
    }
    let labels = family.label_names();
    let is_bucket = family.name().ends_with("_bucket") && labels.contains("le");
    let mut found = if_so(is_bucket, "has buckets, and no type");
    found.extend(if_so(labels.contains("quantile"), "has quantiles, and no type"));
    found
}
