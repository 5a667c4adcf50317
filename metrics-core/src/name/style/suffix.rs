use super::super::{Message, equal};
use super::word_list::{WordList, equal_ignoring_case, last_word};
use super::{Found, Named};
use crate::describe::{FamilyField, Kind, Rule};

/// In promlint a type of its own may end as it likes, so that a histogram `x_bucket` passes, whose samples are called
/// `x_bucket_bucket`. Only metrics of unknown type may have any name.
pub(super) const fn reserved(named: &Named<'_>) -> Option<Found> {
    if matches!(named.kind, Kind::Unknown) {
        return None;
    }
    let name = named.name.as_bytes();
    if let Some(unit) = named.unit {
        let message =
            Message::new().push("`_timestamp_seconds` is the end of a gauge's name, which is set to a time; ");
        let is_time = equal(unit.as_bytes(), b"seconds") && equal(last_word(named.stem()), b"timestamp");
        let found = named.breaks(Rule::ReservedSuffix, message.push("make it a gauge, or name what it measures"));
        return if is_time && is_no_gauge(named.kind) { found } else { None };
    }
    let last = last_word(name);
    if last.len() == name.len() && named.prefix.is_empty() {
        return None;
    }
    match way_out(last, named) {
        Some(way_out) => {
            let message = Message::new().push("`_").push_bytes(last).push("` is a suffix of samples; ");
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
    let of_own = "its type puts one behind the name, so take it off";
    Some(match (last, named.kind) {
        (b"total", Kind::Counter) | (b"info", Kind::Info) => of_own,
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
        (b"seconds", kind) if is_no_gauge(kind) && is_timestamp(named) => {
            "it is the end of a gauge's name, which is set to a time, so make it a gauge, or name what it measures"
        }
        _ => return None,
    })
}

const fn is_timestamp(named: &Named<'_>) -> bool {
    let (before, _) = named.name.as_bytes().split_at(named.name.len() - "seconds".len());
    match before {
        [before @ .., b'_'] => equal(last_word(before), b"timestamp"),
        _ => false,
    }
}

const fn is_no_gauge(kind: Kind) -> bool {
    matches!(kind, Kind::Counter | Kind::Histogram | Kind::GaugeHistogram | Kind::Summary)
}

/// The type that text knows, as in promlint: another type's name may be a word of the trade.
pub(super) const fn type_in_name(named: &Named<'_>) -> Option<Found> {
    let kind = named.kind.in_text();
    if matches!(kind, Kind::Unknown) {
        return None;
    }
    let mut words = WordList::of(named.name.as_bytes());
    let mut is_first = named.prefix.is_empty();
    while let Some(word) = words.next() {
        if !is_first && is_type(word, kind) {
            return named.breaks(Rule::TypeInName, type_message(word));
        }
        is_first = false;
    }
    None
}

pub(super) const fn is_type(word: &[u8], kind: Kind) -> bool {
    equal_ignoring_case(word, kind.as_str().as_bytes())
}

pub(super) const fn type_message(word: &[u8]) -> Message {
    Message::new().push("a name does not say the type, as `").push_bytes(word).push("` does; take the word out")
}
