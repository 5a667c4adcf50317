//! The rules as assertions. `#[track_caller]` puts rustc's error on the user's field; the message says which name broke
//! which rule.

use super::cardinality::{check_budget, check_budget_of_groups};
use super::{Broken, Message, equal, label_name};
use crate::describe::Kind;
use crate::describe::{FamilyField, Field, LabelText};

#[track_caller]
const fn assert_ok(result: Result<(), Broken>, what: &str, name: &str) {
    if let Err(broken) = result {
        fail(&Message::new().push(what).push(" `").push(name).push("`: ").push(broken.rule));
    }
}

#[track_caller]
pub(super) const fn fail(message: &Message) -> ! {
    panic!("{}", message.as_str())
}

#[track_caller]
pub(super) const fn buckets(field: &FamilyField) {
    if let Some(bounds) = field.options.buckets {
        assert_ok(super::buckets(bounds), "metric", field.name);
    }
}

#[track_caller]
pub(super) const fn quantiles(field: &FamilyField) {
    if let Some(list) = field.options.quantiles {
        assert_ok(super::quantiles(list), "metric", field.name);
    }
}

/// See [`label_name`].
#[track_caller]
pub const fn check_label_name(name: &str) {
    assert_ok(label_name(name), "label", name);
}

/// The values of a label, if they can be counted: not two that are the empty text. `None` is, and comes first; the
/// variants of an enum differ.
#[track_caller]
pub const fn check_label_values(values: &[&str]) {
    let mut i = 1;
    while i < values.len() {
        if values[0].is_empty() && values[i].is_empty() {
            panic!("`None` prints as the empty text, and so does one of the variants; rename the variant");
        }
        i += 1;
    }
}

/// What the label set cannot know: that its labels fit the type of the metric, and how many series a family may have.
#[track_caller]
pub(super) const fn label_names(field: &FamilyField) {
    let mut i = if field.kind.reserved_label().is_some() { 0 } else { field.label_names.len() };
    while i < field.label_names.len() {
        if let Some(rule) = reserved(field.kind, field.label_names[i]) {
            fail(&Message::new().push("metric `").push(field.name).push("`: ").push(rule));
        }
        i += 1;
    }
    check_budget(field);
}

/// The rule, if the type uses a label of this name itself.
const fn reserved(kind: Kind, label: &str) -> Option<&'static str> {
    match kind.reserved_label() {
        Some(reserved) if equal(reserved.as_bytes(), label.as_bytes()) => Some(match kind {
            Kind::Summary => "a summary uses the label `quantile` for its quantiles; rename the label",
            _ => "a histogram uses the label `le` for its buckets; rename the label",
        }),
        _ => None,
    }
}

/// What a family of groups, number `at` of a struct's fields or somewhere in it, cannot know: that its labels fit all
/// that is in the group.
#[track_caller]
pub(super) const fn group(fields: &[Field], at: usize) {
    check_within(&fields[at], &[]);
    check_budget_of_groups(&fields[at]);
}

#[track_caller]
const fn check_within(field: &Field, labels: &[&str]) {
    match field {
        Field::Family(family) => {
            if !labels.is_empty() && !family.label_names.is_empty() {
                fail(&Message::new().push("metric `").push(family.name).push("`: ").push(NESTED));
            }
            let mut i = 0;
            while i < labels.len() {
                check_family_label(family, labels[i]);
                i += 1;
            }
        }
        Field::Group(group) => {
            if !labels.is_empty() && !group.label_names.is_empty() {
                fail(&Message::new().push("group: ").push(NESTED));
            }
            let labels = if labels.is_empty() { group.label_names } else { labels };
            let mut i = 0;
            while i < labels.len() {
                if contains_const(group.const_labels, labels[i]) || contains_const(group.inner_const_labels, labels[i])
                {
                    let message = Message::new().push("label `").push(labels[i]);
                    fail(&message.push("`: the group has a constant label of this name too; rename one"));
                }
                i += 1;
            }
            let mut i = 0;
            while i < group.fields.len() {
                check_within(&group.fields[i], labels);
                i += 1;
            }
        }
    }
}

const NESTED: &str = "a family of groups holds no other family; give the outer one the labels of both";

/// A label that a metric has from the family that its group is in.
#[track_caller]
const fn check_family_label(field: &FamilyField, label: &str) {
    if let Some(rule) = reserved(field.kind, label) {
        fail(&of_family_label(label, field).push("` of the group: ").push(rule));
    }
    if contains_const(field.options.const_labels, label) {
        fail(&of_family_label(label, field).push("` has a constant label of this name too; rename one"));
    }
}

const fn of_family_label(label: &str, field: &FamilyField) -> Message {
    Message::new().push("label `").push(label).push("`: metric `").push(field.name)
}

/// A constant label of a metric: legal, and not a label of its family.
#[track_caller]
pub(super) const fn const_label(field: &FamilyField, name: &str) {
    assert_ok(label_name(name), "constant label", name);
    if let Some(rule) = reserved(field.kind, name) {
        fail(&Message::new().push("constant label `").push(name).push("`: ").push(rule));
    }
    if contains(field.label_names, name) {
        fail_twice(name, field.name);
    }
}

/// A constant label of a struct: legal, and not a label of anything in it.
#[track_caller]
pub(super) const fn scope_label(fields: &[Field], name: &str) {
    assert_ok(label_name(name), "constant label", name);
    let mut i = 0;
    while i < fields.len() {
        check_inner(&fields[i], name);
        i += 1;
    }
}

/// A constant label of a group, number `at` of a struct's fields: legal, and not a label of anything in it.
#[track_caller]
pub(super) const fn group_label(fields: &[Field], at: usize, name: &str) {
    if let Field::Group(group) = &fields[at] {
        if contains_const(group.inner_const_labels, name) {
            fail_group(name);
        }
        if contains(group.label_names, name) {
            fail_grouped(name);
        }
        scope_label(group.fields, name);
    }
}

/// `multiprocess` of a group, number `at` of a struct's fields: there is something in it that has several ways to be one
/// of several processes.
#[track_caller]
pub(super) const fn group_mode(fields: &[Field], at: usize) {
    if let Field::Group(group) = &fields[at]
        && !has_mode(group.fields)
    {
        fail(&Message::new().push("option `multiprocess` does not fit: there is no gauge or state set in the group"));
    }
}

const fn has_mode(fields: &[Field]) -> bool {
    let mut i = 0;
    while i < fields.len() {
        let found = match &fields[i] {
            Field::Family(family) => matches!(family.kind, Kind::Gauge | Kind::StateSet),
            Field::Group(group) => has_mode(group.fields),
        };
        if found {
            return true;
        }
        i += 1;
    }
    false
}

#[track_caller]
const fn check_inner(field: &Field, name: &str) {
    match field {
        Field::Family(family) => {
            const_label(family, name);
            if contains_const(family.options.const_labels, name) {
                fail_twice(name, family.name);
            }
        }
        Field::Group(group) => {
            if contains_const(group.const_labels, name) || contains_const(group.inner_const_labels, name) {
                fail_group(name);
            }
            if contains(group.label_names, name) {
                fail_grouped(name);
            }
            scope_label(group.fields, name);
        }
    }
}

#[track_caller]
const fn fail_twice(name: &str, metric: &str) -> ! {
    let message = Message::new().push("constant label `").push(name).push("`: metric `").push(metric);
    fail(&message.push("` has a label of this name too; rename one"))
}

#[track_caller]
const fn fail_group(name: &str) -> ! {
    let message = Message::new().push("constant label `").push(name);
    fail(&message.push("`: a nested group has one of this name too; rename one"))
}

#[track_caller]
const fn fail_grouped(name: &str) -> ! {
    let message = Message::new().push("constant label `").push(name);
    fail(&message.push("`: a family of groups has a label of this name too; rename one"))
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut i = 0;
    while i < names.len() {
        if equal(names[i].as_bytes(), name.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn contains_const(labels: &[(&str, LabelText)], name: &str) -> bool {
    let mut i = 0;
    while i < labels.len() {
        if equal(labels[i].0.as_bytes(), name.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}
