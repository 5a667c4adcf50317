use super::super::{Message, equal};
use super::word_list::{WordList, equal_ignoring_case, last_word};
use super::{Found, Named};
use crate::describe::{FamilyField, Kind, Rule};

/// In promlint a type's own suffixes are no mistake, so that a histogram `x_bucket` passes, whose samples are called
/// `x_bucket_bucket`; nor a counter `x_count`. Metrics of unknown type may have any name, as there.
pub(super) const fn reserved(named: &Named<'_>) -> Option<Found> {
    let last = last_word(named.name.as_bytes());
    let is_alone = last.len() == named.name.len() && named.prefix.is_empty();
    // A suffix that is declared as the unit is wrong where that is done.
    if is_alone || named.unit.is_some() { None } else { by_suffix(last, named) }
}

pub(super) const fn by_suffix(last: &[u8], named: &Named<'_>) -> Option<Found> {
    match way_out(last, named) {
        Some(way_out) => {
            let message = Message::new().push(if equal(last, b"seconds") { "`_timestamp_" } else { "`_" });
            let message = message.push_bytes(last).push("` is a reserved suffix; ");
            named.breaks(Rule::ReservedSuffix, message.push(way_out))
        }
        None => None,
    }
}

/// Whether the name is wrong for it somewhere behind a prefix.
pub(in super::super) const fn has_reserved_suffix(family: &FamilyField) -> bool {
    reserved(&Named::of("group", family)).is_some()
}

const fn way_out(last: &[u8], named: &Named<'_>) -> Option<&'static str> {
    let of_own = "its type puts one behind the name by itself, so take it off";
    Some(match (last, named.kind) {
        (_, Kind::Unknown) => return None,
        (b"total", Kind::Counter) | (b"info", Kind::Info) => of_own,
        // Whatever is before it, the names of samples end in `_info`.
        (_, Kind::Info) => return None,
        (b"bucket" | b"count" | b"sum", Kind::Histogram) | (b"count" | b"sum", Kind::Summary) => of_own,
        (b"bucket" | b"gcount" | b"gsum", Kind::GaugeHistogram) => of_own,
        (b"total", _) => "make it a counter, or take it off",
        (b"info", _) => "make it an info, or take it off",
        (b"bucket", _) => "make it a histogram, or name what it counts",
        (b"count" | b"sum", Kind::Counter) => "a counter's name ends in `_total` by itself, so take it off",
        (b"count" | b"sum", _) => "make it a counter, a histogram or a summary, or name what it counts in the plural",
        (b"gcount" | b"gsum", _) => "make it a gauge histogram, or name what it counts in the plural",
        // Others have a suffix of their own behind it.
        (b"created", Kind::Gauge | Kind::StateSet | Kind::Summary) => "name what it says of what was created",
        (b"seconds", kind) if is_no_gauge(kind) && equal(last_word(before(named, last)), b"timestamp") => {
            "it is of a gauge that is set to a time, so make it one, or name what it measures"
        }
        _ => return None,
    })
}

/// The name up to its last word, or up to its unit.
const fn before<'a>(named: &Named<'a>, last: &[u8]) -> &'a [u8] {
    let stem = named.stem();
    if named.unit.is_some() || stem.len() <= last.len() {
        return stem;
    }
    stem.split_at(stem.len() - last.len() - 1).0
}

const fn is_no_gauge(kind: Kind) -> bool {
    matches!(kind, Kind::Counter | Kind::Histogram | Kind::GaugeHistogram | Kind::Summary)
}

/// The type that text knows, as in promlint: another type's name may be a word of the trade.
pub(super) const fn type_in_name(named: &Named<'_>) -> Option<Found> {
    let mut words = WordList::of(named.name.as_bytes());
    let mut is_first = named.prefix.is_empty();
    while let Some(word) = words.next() {
        if !is_first && let Some(found) = typed(word, named) {
            return Some(found);
        }
        is_first = false;
    }
    None
}

pub(super) const fn typed(word: &[u8], named: &Named<'_>) -> Option<Found> {
    let kind = named.kind.in_text();
    if matches!(kind, Kind::Unknown) || !is_type(word, kind) {
        return None;
    }
    named.breaks(Rule::TypeInName, type_message(word))
}

pub(super) const fn is_type(word: &[u8], kind: Kind) -> bool {
    equal_ignoring_case(word, kind.as_str().as_bytes())
}

pub(super) const fn type_message(word: &[u8]) -> Message {
    Message::new().push("a name does not say the type, as `").push_bytes(word).push("` does; take the word out")
}
