//! Labels, which come as they stand in the text formats.
//!
//! ```text
//! method="get",route="/x"                             as they come
//! ..nnmethod..get....nnroute../x                      as they go: two bytes for `="`, four for `",`
//! ```
//!
//! So a label without escapes is one short copy, over which two bytes are written.

use super::quotes::Quotes;
use super::wire::{low_byte, varint};
use crate::escaping::label_name;
use crate::page::{Page, copy_ends};
use memchr::{memchr, memchr2};
use metrics_core::model::Labels;
use metrics_core::name::EscapingScheme;

/// Tags of the field `label` of `Metric` and of `Exemplar`, and of the fields of a `LabelPair`.
const LABEL_TAG: u8 = 0x0a;
const NAME_TAG: u8 = 0x0a;
const VALUE_TAG: u8 = 0x12;

/// Puts labels that are rendered and escaped.
pub(super) fn put_labels(page: &mut Page, rendered: &str, escaping: EscapingScheme) {
    // A short label takes at most 3 bytes more than it has here, and a long one 17.
    let mut room = page.room(2 * rendered.len());
    match put_plain(room.rest(), rendered.as_bytes()) {
        Some(len) => {
            room.skip(len);
            room.commit();
        }
        None => put_any(page, rendered, escaping),
    }
}

#[inline(never)]
fn put_any(page: &mut Page, rendered: &str, escaping: EscapingScheme) {
    for (name, value) in (Labels { scope: "", own: rendered }).pairs() {
        put_label(page, &label_name(&name, escaping), &value);
    }
}

/// Puts one label, whose value is not escaped.
pub(super) fn put_label(page: &mut Page, name: &str, value: &str) {
    let mut room = page.room(name.len() + value.len() + LONG);
    if let Some(len) = put_long(room.rest(), name.as_bytes(), value.as_bytes()) {
        room.skip(len);
    }
    room.commit();
}

/// Puts labels as most are: without escapes, and without names in quotes. How many bytes they take; `None` if they are
/// others, or have no room.
#[inline(always)]
pub(super) fn put_plain(to: &mut [u8], rendered: &[u8]) -> Option<usize> {
    if rendered.is_empty() {
        return Some(0);
    }
    let (before, mut room) = (to.len(), to);
    let (mut quotes, mut rest) = (Quotes::new(rendered)?, rendered);
    loop {
        let (len, behind) = match quotes.next(rest) {
            Some(quotes) => put_short(room, rest, quotes)?,
            None => put_unseen(room, rest)?,
        };
        room = behind;
        match rest.get(len + "\",".len()..) {
            Some(behind) => rest = behind,
            None => return Some(before - room.len()),
        }
    }
}

/// Puts the label with which `rest` begins, with quotes there; how many bytes it is without the last one, and what is left
/// of the room.
#[inline(always)]
fn put_short<'r>(room: &'r mut [u8], rest: &[u8], (open, close): (usize, usize)) -> Option<(usize, &'r mut [u8])> {
    let (name, value) = (open.checked_sub("=".len())?, close - open - 1);
    let (label, behind) = room.split_at_mut_checked(4 + close)?;
    let (head, label) = label.split_first_chunk_mut()?;
    *head = [LABEL_TAG, low_byte(close as u64 + 2), NAME_TAG, low_byte(name as u64)];
    copy(label, rest.get(..close)?);
    label.get_mut(name..=open)?.copy_from_slice(&[VALUE_TAG, low_byte(value as u64)]);
    Some((close, behind))
}

/// The same of a label of any length.
#[cold]
#[inline(never)]
fn put_unseen<'r>(room: &'r mut [u8], rest: &[u8]) -> Option<(usize, &'r mut [u8])> {
    let (name, value) = rest.split_at_checked(memchr(b'=', rest)?)?;
    let value = value.strip_prefix(b"=\"")?;
    let value = &value[..memchr2(b'"', b'\\', value)?];
    let len = name.len() + "=\"".len() + value.len();
    let is_plain = name.first() != Some(&b'"') && rest[len] == b'"';
    if !is_plain {
        return None;
    }
    let put = put_long(room, name, value)?;
    Some((len, &mut room[put..]))
}

/// Bytes besides name and value.
const LONG: usize = 3 + 3 * 10;

/// Puts a label of any length; how many bytes it takes, `None` if there is no room for it.
fn put_long(to: &mut [u8], name: &[u8], value: &[u8]) -> Option<usize> {
    let ((name_len, name_varint), (value_len, value_varint)) = (varint(name.len() as u64), varint(value.len() as u64));
    let pair = 2 + name_varint + name.len() + value_varint + value.len();
    let (pair_len, pair_varint) = varint(pair as u64);
    let mut rest = to.get_mut(..1 + pair_varint + pair)?;
    for bytes in [
        &[LABEL_TAG],
        &pair_len[..pair_varint],
        &[NAME_TAG],
        &name_len[..name_varint],
        name,
        &[VALUE_TAG],
        &value_len[..value_varint],
        value,
    ] {
        let (next, behind) = rest.split_at_mut(bytes.len());
        next.copy_from_slice(bytes);
        rest = behind;
    }
    Some(1 + pair_varint + pair)
}

/// Of a label as many bytes as there is room for.
#[inline(always)]
fn copy(to: &mut [u8], label: &[u8]) {
    match label.len() {
        32..=64 => copy_ends::<32>(to, label),
        16..32 => copy_ends::<16>(to, label),
        8..16 => copy_ends::<8>(to, label),
        _ => to.copy_from_slice(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(rendered: &str) -> Option<Vec<u8>> {
        let mut room = vec![0; 2 * rendered.len()];
        let len = put_plain(&mut room, rendered.as_bytes())?;
        room.truncate(len);
        Some(room)
    }

    fn any(rendered: &str) -> Vec<u8> {
        let mut page = Page::default();
        put_any(&mut page, rendered, EscapingScheme::AllowUtf8);
        page.take()
    }

    /// Both ways write the same.
    #[test]
    fn names_and_values_of_every_length() {
        for name in (1..70).chain([100, 127, 128, 129, 300]) {
            for value in (0..150).chain([255, 256, 16_383, 16_384, 20_000]) {
                let label = format!("{}=\"{}\"", "n".repeat(name), "v".repeat(value));
                for rendered in [format!("{label},b=\"ü=,{{}}\""), format!("b=\"ü=,{{}}\",{label}"), label.clone()] {
                    assert!(plain(&rendered) == Some(any(&rendered)), "{name} {value} {}", rendered.len());
                }
            }
        }
    }

    #[test]
    fn any_number_of_labels() {
        let mut rendered = String::new();
        for (name, value) in (0..100).map(|n| (format!("n{}", 7u64.pow(n % 20)), "v".repeat(n as usize % 50))) {
            let comma = if rendered.is_empty() { "" } else { "," };
            rendered += &format!("{comma}{name}=\"{value}\"");
            assert!(plain(&rendered) == Some(any(&rendered)), "{}", rendered.len());
        }
    }

    #[test]
    fn escapes_and_quoted_names_are_seen_wherever_they_stand() {
        for before in 0..40 {
            for behind in 0..20 {
                let (before, behind) = ("x".repeat(before), "y".repeat(behind));
                for escape in ["\\\\", "\\\"", "\\n"] {
                    assert_eq!(plain(&format!("a=\"1\",b=\"{before}{escape}{behind}\"")), None);
                }
                assert_eq!(plain(&format!("a=\"1\",\"{before}.\"=\"{behind}\"")), None);
                // One less and one more than a quote and a backslash.
                assert!(plain(&format!("a=\"{before}!#[]{behind}\"")).is_some());
            }
        }
    }

    #[test]
    fn what_is_no_text_of_labels_does_no_harm() {
        for odd in ["late", "=", "a=", "a=\"", "a=\"x", "a=\"x\"b", "\"", ",", "a=\"1\",,", "é"] {
            let mut page = Page::default();
            put_labels(&mut page, odd, EscapingScheme::Underscores);
        }
        assert_eq!(plain(""), Some(Vec::new()));
    }
}
