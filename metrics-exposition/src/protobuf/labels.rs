//! Labels, which come as they stand in the text formats.
//!
//! ```text
//! method="get",route="/x"                             as they come
//! ..nnmethod..get....nnroute../x                      as they go: two bytes for `="`, four for `",`
//! ```
//!
//! So a label without escapes is one short copy, over which two bytes are written.

use super::wire::{put_bytes, put_message, put_varint};
use crate::escaping::label_name;
use crate::page::{Page, Room};
use metrics_core::model::Labels;
use metrics_core::name::EscapingScheme;

/// The field `label` of `Metric` and of `Exemplar`.
const LABEL: u32 = 1;
/// Tags of `label`, and of the fields of a `LabelPair`.
const LABEL_TAG: u8 = 0x0a;
const NAME_TAG: u8 = 0x0a;
const VALUE_TAG: u8 = 0x12;

/// Puts labels that are rendered and escaped.
#[inline(always)]
pub(super) fn put_labels(page: &mut Page, rendered: &str, escaping: EscapingScheme) {
    if !put_plain(page, rendered.as_bytes()) {
        put_escaped(page, rendered, escaping);
    }
}

/// Puts one label, whose value is not escaped.
pub(super) fn put_label(page: &mut Page, name: &str, value: &str) {
    put_message(page, LABEL, |pair| {
        put_bytes(pair, 1, name.as_bytes());
        put_bytes(pair, 2, value.as_bytes());
    });
}

#[cold]
#[inline(never)]
fn put_escaped(page: &mut Page, rendered: &str, escaping: EscapingScheme) {
    for (name, value) in (Labels { scope: "", own: rendered }).pairs() {
        put_label(page, &label_name(&name, escaping), &value);
    }
}

/// Puts nothing, and says so, if a name is in quotes or a value has an escape.
#[inline(always)]
fn put_plain(page: &mut Page, rendered: &[u8]) -> bool {
    // Of a short label 3 bytes more than there are here, and of one with three long lengths 17, which is shorter than
    // a text that is long enough for that.
    let mut room = page.room(2 * rendered.len());
    let mut rest = rendered;
    while !rest.is_empty() {
        let Some(behind) = put_plain_pair(&mut room, rest) else { return false };
        rest = behind.strip_prefix(b",").unwrap_or_default();
    }
    room.commit();
    true
}

/// Puts the first label of a text; what is behind it.
#[inline(always)]
fn put_plain_pair<'t>(room: &mut Room<'_>, text: &'t [u8]) -> Option<&'t [u8]> {
    let name = position(text, [b'=', b'"']).filter(|name| text[*name] == b'=')?;
    let begin = name + "=\"".len();
    let behind = text.get(begin..)?;
    let value = position(behind, [b'"', b'\\']).filter(|value| behind[*value] == b'"')?;
    let end = begin + value;
    match (u8::try_from(end + 2), u8::try_from(name), u8::try_from(value)) {
        (Ok(pair @ ..0x80), Ok(name_len), Ok(value_len)) => {
            room.put(&[LABEL_TAG, pair, NAME_TAG, name_len]);
            let between = &mut room.put_short(&text[..end])[name..begin];
            between.copy_from_slice(&[VALUE_TAG, value_len]);
        }
        _ => put_long_pair(room, &text[..name], &text[begin..end]),
    }
    text.get(end + 1..)
}

#[cold]
#[inline(never)]
fn put_long_pair(room: &mut Room<'_>, name: &[u8], value: &[u8]) {
    let part = |bytes: &[u8]| 1 + varint_len(bytes.len()) + bytes.len();
    room.put(&[LABEL_TAG]);
    put_varint(room, (part(name) + part(value)) as u64);
    for (tag, bytes) in [(NAME_TAG, name), (VALUE_TAG, value)] {
        room.put(&[tag]);
        put_varint(room, bytes.len() as u64);
        room.put(bytes);
    }
}

fn varint_len(value: usize) -> usize {
    (value | 1).ilog2() as usize / 7 + 1
}

/// Where the first of these bytes stands. Looks at eight at a time.
#[inline(always)]
fn position(text: &[u8], bytes: [u8; 2]) -> Option<usize> {
    let first = |word: u64| {
        let [a, b] = bytes.map(|byte| zeros(word ^ (u64::from(byte) * ONES)));
        (a | b != 0).then(|| (a | b).trailing_zeros() as usize / 8)
    };
    let (words, rest) = text.as_chunks();
    for (at, word) in words.iter().enumerate() {
        if let Some(found) = first(u64::from_le_bytes(*word)) {
            return Some(8 * at + found);
        }
    }
    let seen = text.len() - rest.len();
    match text.last_chunk() {
        // The last eight, without those that were seen.
        Some(last) if !rest.is_empty() => {
            first(u64::from_le_bytes(*last) >> (8 * (8 - rest.len()))).map(|found| seen + found)
        }
        _ => rest.iter().position(|byte| bytes.contains(byte)).map(|found| seen + found),
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte that is zero, and perhaps of some above the lowest such.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(rendered: &str) -> Option<Vec<u8>> {
        let mut page = Page::default();
        put_plain(&mut page, rendered.as_bytes()).then(|| page.take())
    }

    /// Both ways write the same.
    #[test]
    fn names_and_values_of_every_length() {
        for name in [1, 2, 7, 15, 16, 100, 127, 128, 129, 300] {
            for value in (0..150).chain([255, 256, 16_383, 16_384, 20_000]) {
                let name = "n".repeat(name);
                let rendered = format!("{name}=\"{}\",b=\"ü=,{{}}\"", "v".repeat(value));
                let mut page = Page::default();
                put_escaped(&mut page, &rendered, EscapingScheme::AllowUtf8);
                assert_eq!(plain(&rendered), Some(page.take()), "{} {value}", name.len());
            }
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
