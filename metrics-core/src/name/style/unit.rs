use super::super::{Message, equal};
use super::suffix::{by_suffix, typed};
use super::word_list::{WordList, last_word};
use super::words::{abbreviated, base_of, hundredth};
use super::{Found, Named, camel_case};
use crate::describe::{Rule, Rules};

/// What a declared unit is wrong by.
pub(in super::super) const fn declared_unit(named: &Named<'_>) -> Option<Found> {
    let Some(unit) = named.unit else { return None };
    if let Some(found) = camel_case(unit, named.allow) {
        return Some(found);
    }
    if let Some(found) = beside_name(named) {
        return Some(found);
    }
    let mut words = WordList::of(unit.as_bytes());
    while let Some(word) = words.next() {
        if let Some(found) = not_base(word, named.allow, true) {
            return Some(found);
        }
        if let Some(found) = typed(word, named) {
            return Some(found);
        }
    }
    None
}

/// What a declared unit is wrong by that is right by itself.
pub(in super::super) const fn beside_name(named: &Named<'_>) -> Option<Found> {
    let Some(unit) = named.unit else { return None };
    if contradicts(named) {
        let message = Message::new().push("its name ends in `").push_bytes(last_word(named.stem()));
        let message = message.push("`, and its unit is `").push(unit).push("`; take one of them away");
        return Some(Found { rule: Rule::ContradictingUnit, message });
    }
    by_suffix(last_word(unit.as_bytes()), named)
}

const fn contradicts(named: &Named<'_>) -> bool {
    let Some(unit) = named.unit else { return false };
    if named.allow.contains(Rule::ContradictingUnit) {
        return false;
    }
    let last = last_word(named.stem());
    (base_of(last).is_some() || hundredth(last)) && !equal(last, unit.as_bytes())
}

/// What a name says of units. A word that contradicts the declared unit is not also wrong by itself.
pub(in super::super) const fn units(named: &Named<'_>) -> Option<Found> {
    let stem = named.stem();
    let last = last_word(stem);
    let unit = match named.unit {
        Some(unit) => Some(unit.as_bytes()),
        None if base_of(last).is_some() => Some(last),
        None => None,
    };
    let mut words = WordList::of(stem);
    let mut is_first = named.prefix.is_empty();
    let mut is_measured = false;
    while let Some(word) = words.next() {
        let is_last = words.is_at_end();
        if is_last && contradicts(named) {
            return None;
        }
        if let Some(unit) = unit
            && !(is_last && named.unit.is_none())
            && is_same(word, unit)
            && !named.allow.contains(Rule::DoubledUnit)
        {
            return Some(Found { rule: Rule::DoubledUnit, message: doubled_message(word, named.unit.is_some()) });
        }
        // As in promlint, it is the first unit that says what is measured: `bytes_per_minutes`.
        if let Some(found) = not_base(word, named.allow, !is_first)
            && !(is_measured && matches!(found.rule, Rule::NonBaseUnit) && !hundredth(word))
        {
            return Some(match named.unit {
                Some(unit) if matches!(found.rule, Rule::AbbreviatedUnit) => beside_declared(word, unit),
                _ => found,
            });
        }
        is_measured = is_measured || base_of(word).is_some();
        is_first = false;
    }
    None
}

/// In the plural or not.
const fn is_same(word: &[u8], unit: &[u8]) -> bool {
    match unit {
        [singular @ .., b's'] if word.len() + 1 == unit.len() => equal(word, singular),
        _ => equal(word, unit),
    }
}

const fn doubled_message(word: &[u8], is_declared: bool) -> Message {
    let message = Message::new().push("the unit is at the end of the name, and `").push_bytes(word);
    message.push(if is_declared { "` comes before it; take it out" } else { "` is there twice; take one out" })
}

const fn beside_declared(word: &[u8], unit: &str) -> Found {
    let message = Message::new().push("`").push_bytes(word).push("` is short for a unit, and `").push(unit);
    Found { rule: Rule::AbbreviatedUnit, message: message.push("` is declared; take it out") }
}

/// A word may begin a name by which, behind another one, it would be a unit.
pub(super) const fn not_base(word: &[u8], allow: Rules, may_be_short: bool) -> Option<Found> {
    if may_be_short && word.len() <= 3 && !allow.contains(Rule::AbbreviatedUnit) {
        let units = abbreviated_in_any_case(word);
        if !units.is_empty() {
            let message = Message::new().push("`").push_bytes(word).push("` is short for a unit; measure in `");
            let message = message.push(units[0]);
            let message = if units.len() > 1 { message.push("` or `").push(units[1]) } else { message };
            let message = message.push("`, and declare it: `unit = \"").push(units[0]).push("\"`");
            return Some(Found { rule: Rule::AbbreviatedUnit, message });
        }
    }
    if allow.contains(Rule::NonBaseUnit) {
        return None;
    }
    let base = match base_of(word) {
        Some(base) if equal(base.as_bytes(), word) => return None,
        Some(base) => base,
        None if hundredth(word) => "ratio",
        None => return None,
    };
    let message = Message::new().push("`").push_bytes(word).push("` is no base unit; measure ");
    let message = match base.as_bytes() {
        b"ratio" => message.push("a part of 1"),
        _ => message.push("in `").push(base).push("`"),
    };
    let message = message.push(", and declare it: `unit = \"").push(base).push("\"`");
    Some(Found { rule: Rule::NonBaseUnit, message })
}

const fn abbreviated_in_any_case(word: &[u8]) -> &'static [&'static str] {
    let mut small = [0; 3];
    let mut i = 0;
    while i < word.len() {
        small[i] = word[i].to_ascii_lowercase();
        i += 1;
    }
    abbreviated(small.split_at(word.len()).0)
}
