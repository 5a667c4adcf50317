//! The rules of style as assertions, and what no name, prefix or unit may be.

use super::check::fail;
use super::style::{self, Found, Named};
use super::{Broken, Message, spelling, unit_of};
use crate::describe::{FamilyField, Field, Kind, Rule, Rules, Unit};

/// Where a rule is allowed.
#[derive(Clone, Copy)]
enum On {
    Field,
    Struct,
    Function,
}

/// The rules of [`metric_name`](super::metric_name), and those of style for what is written in the name; see [`Rule`] for
/// what may be allowed. One mistake of each sort is shown: how it is spelt, its words, its units.
#[track_caller]
pub(super) const fn name(prefix: &str, family: &FamilyField) {
    assert_name(&Named::of(prefix, family), family, On::Field);
}

/// The same of a function's family. That it is in seconds is written nowhere else.
#[track_caller]
pub(super) const fn function_name(family: &FamilyField) {
    let named = Named::of("", family);
    assert_name(&named, family, On::Function);
    assert_none(&named, style::beside_name(&named), On::Function);
}

#[track_caller]
const fn assert_name(named: &Named<'_>, family: &FamilyField, on: On) {
    let what = Message::new().push("metric `").push(family.name);
    assert_legal(what, spelling(family.name, family.options.allow), on);
    let found = [style::camel_case(named.name, named.allow), named.words(), style::units(named)];
    let mut message = Message::new();
    let mut i = 0;
    while i < found.len() {
        if let Some(found) = &found[i] {
            message = if message.is_empty() {
                named.push_to(message.push("metric `")).push("`: ")
            } else {
                message.push("\nand: ")
            };
            message = push_opt_out(message.push(found.message.as_str()), found.rule, on);
        }
        i += 1;
    }
    if !message.is_empty() {
        fail(&message);
    }
}

/// Whether its labels are in it, which alone nobody knows before there are types.
#[track_caller]
pub(super) const fn label_in_name(prefix: &str, family: &FamilyField) {
    if style::label_in_name(family) {
        name(prefix, family);
    }
}

/// A unit is the end of a name: the rules of [`metric_name`](super::metric_name), and no `_` at its start.
#[track_caller]
pub(super) const fn unit(prefix: &str, family: &FamilyField) {
    let Some(unit) = family.options.unit else { return };
    unit_of_type(family.kind);
    let named = Named::of(prefix, family);
    let Unit::Other(unit) = unit else {
        assert_none(&named, style::beside_name(&named), On::Field);
        return;
    };
    if unit.is_empty() {
        panic!("a unit needs a name; leave the option out for none");
    }
    let what = Message::new().push("unit `").push(unit);
    if unit.as_bytes()[0] == b'_' {
        fail(&what.push("`: leave off the first `_`, it is put in between"));
    }
    assert_legal(what, spelling(unit, family.options.allow), On::Field);
    assert_none(&named, style::declared_unit(&named), On::Field);
}

#[track_caller]
pub(super) const fn unit_of_type(kind: Kind) {
    if let Err(broken) = unit_of(kind) {
        fail(&Message::new().push("option `unit` does not fit this metric type: ").push(broken.rule));
    }
}

/// A struct's prefix is the start of names: the rules of [`metric_name`](super::metric_name), and no `_` at its end.
#[track_caller]
pub(super) const fn prefix(prefix: &str, fields: &[Field], allow: &[Rule]) {
    assert_prefix("", prefix, fields, Rules::of(allow), On::Struct);
}

/// The prefix of group number `at`, in a struct with the prefix `outer`.
#[track_caller]
pub(super) const fn group_prefix(outer: &str, fields: &[Field], at: usize) {
    if let Field::Group(group) = &fields[at] {
        assert_prefix(outer, group.prefix, group.fields, group.options.allow, On::Field);
    }
}

/// What is wrong with names of group number `at` because of the prefixes and labels that they get here.
#[track_caller]
pub(super) const fn group_names(prefix: &str, fields: &'static [Field], at: usize) {
    if let Field::Group(group) = &fields[at]
        && let Some(in_group) = style::in_group(prefix, group)
    {
        let what = Message::new().push("metric `").push(in_group.name).push("` of the group");
        fail_style(what, &in_group.found, On::Field);
    }
}

#[track_caller]
const fn assert_prefix(outer: &str, prefix: &str, fields: &[Field], allow: Rules, on: On) {
    if prefix.is_empty() {
        panic!("a prefix needs a name; leave the option out for none");
    }
    let what = Message::new().push("prefix `").push(prefix);
    assert_spelling(what, prefix, allow, on);
    if prefix.as_bytes()[prefix.len() - 1] == b'_' {
        fail(&what.push("`: leave off the last `_`, it is put in between"));
    }
    if let Some(found) = style::in_prefix(outer, prefix, fields, allow) {
        fail_style(what.push("`"), &found, on);
    }
}

/// `what` it is, up to the end of its name.
#[track_caller]
const fn assert_spelling(what: Message, name: &str, allow: Rules, on: On) {
    assert_legal(what, spelling(name, allow), on);
    if let Some(found) = style::camel_case(name, allow) {
        fail_style(what.push("`"), &found, on);
    }
}

#[track_caller]
const fn assert_legal(what: Message, result: Result<(), Broken>, on: On) {
    if let Err(broken) = result {
        let message = what.push("`: ").push(broken.rule);
        match broken.opt_out {
            Some(rule) => fail(&push_opt_out(message, rule, on)),
            None => fail(&message),
        }
    }
}

#[track_caller]
const fn assert_none(named: &Named<'_>, found: Option<Found>, on: On) {
    if let Some(found) = found {
        let what = named.push_to(Message::new().push("metric `")).push("`");
        fail_style(what, &found, on);
    }
}

#[track_caller]
const fn fail_style(what: Message, found: &Found, on: On) -> ! {
    fail(&push_opt_out(what.push(": ").push(found.message.as_str()), found.rule, on))
}

const fn push_opt_out(message: Message, rule: Rule, on: On) -> Message {
    let attribute = match on {
        On::Field => "; or allow it: `#[metric(allow(",
        On::Struct => "; or allow it: `#[metrics(allow(",
        On::Function => "; or allow it: `#[instrument_histogram(allow(",
    };
    message.push(attribute).push(rule.as_str()).push("))]`")
}
