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
    let name = text.iter().position(|b| *b == b'=').filter(|_| text[0] != b'"')?;
    let begin = name + "=\"".len();
    let value = unescaped_len(text.get(begin..)?)?;
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

/// How many bytes stand before the closing quote, unless there is a backslash before it. Looks at eight at a time.
#[inline(always)]
fn unescaped_len(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ (u64::from(b'"') * ONES)) | zeros(word ^ (u64::from(b'\\') * ONES));
        if found != 0 {
            let end = 8 * at + found.trailing_zeros() as usize / 8;
            return (text[end] == b'"').then_some(end);
        }
    }
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\\'))?;
    (rest[end] == b'"').then_some(text.len() - rest.len() + end)
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
