//! What only a struct can know that has other structs in it, or a prefix: the parts of a name are looked at where they
//! are written, so that here is left what is wrong with them together.

use super::super::Message;
use super::repeat::{contains, doubled, label_message};
use super::suffix::{is_type, reserved, type_message, typed};
use super::unit::not_base;
use super::word_list::WordList;
use super::{Found, Named};
use crate::describe::{FamilyField, Field, GroupField, Kind, Rule, Rules};

/// A prefix, behind those that are `outer`, of these fields.
pub(in super::super) const fn in_prefix(outer: &str, prefix: &str, fields: &[Field], allow: Rules) -> Option<Found> {
    if !allow.contains(Rule::DoubledPrefix)
        && let Some(twice) = doubled(outer.as_bytes(), prefix.as_bytes())
    {
        let message = Message::new().push("the prefix of the struct says `").push_bytes(twice);
        return Some(Found { rule: Rule::DoubledPrefix, message: message.push("` already; take it off") });
    }
    let mut words = WordList::of(prefix.as_bytes());
    let mut is_first = outer.is_empty();
    while let Some(word) = words.next() {
        if let Some(found) = not_base(word, allow, !is_first) {
            return Some(found);
        }
        if !is_first && !allow.contains(Rule::TypeInName) && has_type(fields, word) {
            return Some(Found { rule: Rule::TypeInName, message: type_message(word) });
        }
        is_first = false;
    }
    None
}

/// Whether a family below is of the type that the word is, and does not allow it.
const fn has_type(fields: &[Field], word: &[u8]) -> bool {
    let mut i = 0;
    while i < fields.len() {
        let has_type = match &fields[i] {
            Field::Family(family) => {
                let kind = family.kind.in_text();
                let may_be = matches!(kind, Kind::Unknown) || family.options.allow.contains(Rule::TypeInName);
                !may_be && is_type(word, kind)
            }
            Field::Group(group) => has_type(group.fields, word),
        };
        if has_type {
            return true;
        }
        i += 1;
    }
    false
}

/// What is known of a place in a tree of groups.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// What is before all names of the group.
    outer: &'a str,
    /// The first prefix of the group's own; empty: its names begin with those of its fields.
    inner: &'a str,
    labels: &'a [&'a str],
    allow: Rules,
}

/// A group, or a family of groups, whose struct puts `prefix` before all names.
pub(in super::super) const fn in_group(prefix: &str, group: &GroupField) -> Option<InGroup> {
    let outer = if group.prefix.is_empty() { prefix } else { group.prefix };
    let place = Place { outer, inner: group.inner_prefix, labels: group.label_names, allow: group.options.allow };
    within(group.fields, place)
}

/// What is wrong, and with the name of which metric.
pub(in super::super) struct InGroup {
    pub(in super::super) found: Found,
    pub(in super::super) name: &'static str,
}

const fn within(fields: &'static [Field], place: Place<'_>) -> Option<InGroup> {
    let mut i = 0;
    while i < fields.len() {
        let found = match &fields[i] {
            Field::Family(family) => match in_family(family, place) {
                Some(found) => Some(InGroup { found, name: family.name }),
                None => None,
            },
            Field::Group(group) => {
                let inner = first(first(place.inner, group.prefix), group.inner_prefix);
                let labels = if place.labels.is_empty() { group.label_names } else { place.labels };
                within(group.fields, Place { inner, labels, allow: place.allow.union(group.options.allow), ..place })
            }
        };
        if found.is_some() {
            return found;
        }
        i += 1;
    }
    None
}

const fn first<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.is_empty() { b } else { a }
}

const fn in_family(family: &'static FamilyField, place: Place<'_>) -> Option<Found> {
    let allow = place.allow.union(family.options.allow);
    let named = Named { allow, ..Named::of(place.outer, family) };
    let begin = first(place.inner, named.name);
    if let Some(twice) = doubled(place.outer.as_bytes(), begin.as_bytes()) {
        let message = Message::new().push("with its prefixes, its name says `").push_bytes(twice);
        let found = named.breaks(Rule::DoubledPrefix, message.push("` twice; take one off"));
        if found.is_some() {
            return found;
        }
    }
    if !place.outer.is_empty() && place.inner.is_empty() {
        let found = in_first_word(&named);
        if found.is_some() {
            return found;
        }
    }
    let mut i = 0;
    while i < place.labels.len() {
        if contains(named.stem(), place.labels[i].as_bytes()) {
            return named.breaks(Rule::LabelInName, label_message(place.labels[i]));
        }
        i += 1;
    }
    None
}

/// The first word of a name is free to be what it may not be behind a prefix.
const fn in_first_word(named: &Named<'_>) -> Option<Found> {
    let Some(word) = WordList::of(named.name.as_bytes()).next() else { return None };
    if word.len() == named.name.len()
        && let Some(found) = reserved(named)
    {
        return Some(found);
    }
    if let Some(found) = typed(word, named) {
        return Some(found);
    }
    // A unit that is not abbreviated was wrong without the prefix too.
    match not_base(word, named.allow, true) {
        Some(found) if matches!(found.rule, Rule::AbbreviatedUnit) => Some(found),
        _ => None,
    }
}
