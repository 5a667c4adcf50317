use super::super::{Message, starts_with};
use super::{Found, Named};
use crate::describe::{FamilyField, Rule};

pub(super) const fn doubled_prefix(named: &Named<'_>) -> Option<Found> {
    match doubled(named.prefix.as_bytes(), named.name.as_bytes()) {
        Some(twice) => {
            let message = Message::new().push("its prefix says `").push_bytes(twice);
            named.breaks(Rule::DoubledPrefix, message.push("` already; take it off the name"))
        }
        None => None,
    }
}

/// The words in which `left` ends and with which `right` begins.
pub(super) const fn doubled<'a>(left: &'a [u8], right: &[u8]) -> Option<&'a [u8]> {
    let [first, ..] = right else { return None };
    let (mut words, mut is_start) = (left, true);
    while let [byte, behind @ ..] = words {
        if is_start && *byte == *first && begins_with(right, words) {
            return Some(words);
        }
        is_start = *byte == b'_';
        words = behind;
    }
    None
}

/// Whole words.
const fn begins_with(name: &[u8], words: &[u8]) -> bool {
    starts_with(name, words) && (name.len() == words.len() || name[words.len()] == b'_')
}

/// Of its prefix no label is expected: that is what all of the struct is about.
pub(super) const fn label_in_name(named: &Named<'_>) -> Option<Found> {
    let mut i = 0;
    while i < named.label_names.len() {
        if contains(named.stem(), named.label_names[i].as_bytes()) {
            return named.breaks(Rule::LabelInName, label_message(named.label_names[i]));
        }
        i += 1;
    }
    let mut i = 0;
    while i < named.const_labels.len() {
        if contains(named.stem(), named.const_labels[i].0.as_bytes()) {
            return named.breaks(Rule::LabelInName, label_message(named.const_labels[i].0));
        }
        i += 1;
    }
    None
}

/// Whether a label of the field's type is anywhere in its name, allowed or not.
pub(in super::super) const fn is_label_in_name(family: &FamilyField) -> bool {
    let mut i = 0;
    while i < family.label_names.len() {
        if contains(family.name.as_bytes(), family.label_names[i].as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

pub(super) const fn label_message(label: &str) -> Message {
    let message = Message::new().push("the label `").push(label);
    message.push("` says it already, and the name would be wrong where that is summed up; take it out of the name")
}

/// Whole words.
pub(super) const fn contains(name: &[u8], words: &[u8]) -> bool {
    let [first, ..] = words else { return false };
    let (mut rest, mut is_start) = (name, true);
    while let [byte, behind @ ..] = rest {
        if is_start && *byte == *first && begins_with(rest, words) {
            return true;
        }
        is_start = *byte == b'_';
        rest = behind;
    }
    false
}
