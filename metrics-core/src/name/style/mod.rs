//! Rules of style: what may be allowed by name ([`Rule`]), for the reason that it does no harm now and then.
//!
//! They are those of `promlint`, and some more that a derive can know. What the derive emits asks for them while the
//! user's crate compiles; the lint of `metrics-exposition` has the same words from here.

mod nested;
mod repeat;
mod suffix;
#[cfg(test)]
mod tests;
mod unit;
mod word_list;
mod words;

use super::{Broken, Message, family_name, has_unit, spelling, unit_of};
use crate::describe::{FamilyField, Kind, LabelText, Rule, Rules};
pub(super) use nested::{in_group, in_prefix};
pub(super) use repeat::is_label_in_name as label_in_name;
pub(super) use suffix::has_reserved_suffix;
pub(super) use unit::{beside_name, declared_unit, units};
pub use words::{abbreviated_unit, base_unit, is_camel_case, is_percent};

/// What the rules look at: a family's name in its parts.
///
/// ```
/// use metrics_core::model::{Kind, Rule, Rules};
/// use metrics_core::name::style::Named;
///
/// let named = Named { prefix: "shop", unit: Some("seconds"), ..Named::new("orders_waiting", Kind::Gauge) };
/// assert!(named.find().is_none());
///
/// let in_minutes = Named::new("waiting_minutes", Kind::Gauge);
/// assert_eq!(in_minutes.find().unwrap().rule, Rule::NonBaseUnit);
/// let allowed = Named { allow: Rules::of(&[Rule::NonBaseUnit]), ..in_minutes };
/// assert!(allowed.find().is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What its struct puts before all names; empty: nothing.
    pub prefix: &'a str,
    /// Without the suffix that its type implies.
    pub name: &'a str,
    /// As it is declared. It comes behind the name, unless the name ends in it.
    pub unit: Option<&'a str>,
    /// Its type.
    pub kind: Kind,
    /// Of the labels that its series differ by.
    pub label_names: &'a [&'a str],
    /// Labels that all its series have.
    pub const_labels: &'a [(&'a str, LabelText)],
    /// Rules that it may break.
    pub allow: Rules,
}

/// A rule that is broken.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Which one.
    pub rule: Rule,
    /// By what, and what to do.
    pub message: Message,
}

impl<'a> Named<'a> {
    /// Nothing but a name, and a type whose suffix is taken off.
    pub const fn new(name: &'a str, kind: Kind) -> Self {
        let name = family_name(name, kind);
        Self { prefix: "", name, unit: None, kind, label_names: &[], const_labels: &[], allow: Rules::NONE }
    }

    pub(super) const fn of(prefix: &'a str, family: &'a FamilyField) -> Self {
        Self {
            prefix,
            unit: match family.options.unit {
                // One that the type cannot have is an error of its own.
                Some(unit) if unit_of(family.kind).is_ok() => Some(unit.as_str()),
                _ => None,
            },
            label_names: family.label_names,
            const_labels: family.options.const_labels,
            allow: family.options.allow,
            ..Self::new(family.name, family.kind)
        }
    }

    /// The first rule that is broken and not allowed. What is wrong with the prefix alone, with the help, or with a name
    /// that is empty or begins with `__`, is not looked for.
    pub const fn find(&self) -> Option<Found> {
        let mut spelt = [self.name, ""];
        if let Some(unit) = self.unit {
            spelt[1] = unit;
        }
        let mut i = 0;
        while i < spelt.len() {
            if let Err(Broken { rule, opt_out: Some(opt_out) }) = spelling(spelt[i], self.allow) {
                return Some(Found { rule: opt_out, message: Message::new().push(rule) });
            }
            if let Some(found) = camel_case(spelt[i], self.allow) {
                return Some(found);
            }
            i += 1;
        }
        if let Some(found) = self.words() {
            return Some(found);
        }
        match declared_unit(self) {
            None => units(self),
            found => found,
        }
    }

    /// Words that do not belong where they are.
    pub(super) const fn words(&self) -> Option<Found> {
        if let Some(found) = repeat::doubled_prefix(self) {
            return Some(found);
        }
        if let Some(found) = suffix::reserved(self) {
            return Some(found);
        }
        if let Some(found) = suffix::type_in_name(self) {
            return Some(found);
        }
        repeat::label_in_name(self)
    }

    /// The name without the declared unit, and without the `_` before that.
    const fn stem(&self) -> &'a [u8] {
        let name = self.name.as_bytes();
        match self.unit {
            Some(unit) if has_unit(self.name, unit) => {
                let len = name.len() - unit.len();
                name.split_at(if len > 0 { len - 1 } else { 0 }).0
            }
            _ => name,
        }
    }

    const fn breaks(&self, rule: Rule, message: Message) -> Option<Found> {
        if self.allow.contains(rule) { None } else { Some(Found { rule, message }) }
    }

    /// How the formats call the family.
    pub(super) const fn push_to(&self, message: Message) -> Message {
        let message = if self.prefix.is_empty() { message } else { message.push(self.prefix).push("_") };
        let message = message.push(self.name);
        match self.unit {
            Some(unit) if !has_unit(self.name, unit) => message.push("_").push(unit),
            _ => message,
        }
    }
}

/// Of a name, a prefix or a unit.
pub(super) const fn camel_case(name: &str, allow: Rules) -> Option<Found> {
    if allow.contains(Rule::CamelCase) || !is_camel_case(name) {
        return None;
    }
    let message = push_snake_case(Message::new().push("names are written in snake_case; write `"), name);
    Some(Found { rule: Rule::CamelCase, message: message.push("`") })
}

const fn push_snake_case(mut message: Message, name: &str) -> Message {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let bytes = name.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i].is_ascii_uppercase() {
            if i > 0 && bytes[i - 1].is_ascii_lowercase() {
                message = message.push("_");
            }
            let (from, _) = LETTERS.split_at((bytes[i] - b'A') as usize + 1);
            message = message.push(from.split_at(from.len() - 1).1);
        } else {
            message = message.push_bytes(bytes.split_at(i).1.split_at(1).0);
        }
        i += 1;
    }
    message
}
