//! Label values as they stand in the text formats: `method="get",route="/x"`, with `\`, `"` and line feeds
//! escaped ([format][format]: label_value can be any sequence of UTF-8 characters, but these three).
//!
//! [format]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details

use crate::name::is_legacy_label_name;
use std::borrow::Cow;

/// Appends `name="value"`, behind a comma if `out` holds a label already; the name in quotes too if not every reader
/// knows it ([format][utf8]). Says whether something of the value had to be escaped.
///
/// [utf8]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
pub(crate) fn render_pair(out: &mut String, name: &str, value: &str) -> bool {
    push_pair(out, &render_name(name), value)
}

/// A label's name as it stands in a page, see [`render_pair`].
pub(crate) fn render_name(name: &str) -> Cow<'_, str> {
    if is_legacy_label_name(name) {
        return Cow::Borrowed(name);
    }
    let mut quoted = String::with_capacity(name.len() + 2);
    push_quoted(&mut quoted, name);
    Cow::Owned(quoted)
}

fn push_pair(out: &mut String, rendered_name: &str, value: &str) -> bool {
    if !out.is_empty() {
        out.push(',');
    }
    out.push_str(rendered_name);
    out.push('=');
    push_quoted(out, value)
}

/// Appends `"text"`; whether something had to be escaped.
pub(crate) fn push_quoted(out: &mut String, text: &str) -> bool {
    out.push('"');
    let escaped = text.bytes().any(|b| escape(b).is_some());
    if escaped {
        for c in text.chars() {
            match u8::try_from(c).ok().and_then(escape) {
                Some(text) => out.push_str(text),
                None => out.push(c),
            }
        }
    } else {
        out.push_str(text);
    }
    out.push('"');
    escaped
}

/// All labels of a set, whose names are [rendered](render_name); whether something is escaped or more than the values is
/// in quotes.
pub(crate) fn render(names: &[&str], values: &[&str]) -> (String, bool) {
    let len = names.iter().zip(values).map(|(n, v)| n.len() + v.len() + 4).sum();
    let mut out = String::with_capacity(len);
    let mut escaped = false;
    for (name, value) in names.iter().zip(values) {
        escaped |= push_pair(&mut out, name, value) | name.starts_with('"');
    }
    (out, escaped)
}

/// Bytes before the value of label number `i`: `name="`, and a comma.
#[inline(always)]
pub(crate) const fn before(i: usize, name: &str) -> usize {
    name.len() + if i == 0 { 2 } else { 3 }
}

/// Whether `text` is what [`render`] makes of these values, without making it. Rendering is injective, so
/// this is equality of the values.
#[inline(never)]
pub(crate) fn is_rendered(text: &[u8], names: &[&str], values: &[&str]) -> bool {
    let mut at = 0;
    for (i, (name, value)) in names.iter().zip(values).enumerate() {
        at += before(i, name);
        if text.get(at - 1) != Some(&b'"') {
            return false;
        }
        match skip_escaped(text, at, value.as_bytes()) {
            Some(end) if text.get(end) == Some(&b'"') => at = end + 1,
            _ => return false,
        }
    }
    at == text.len()
}

/// The end of `value` if it stands, escaped, at `at`.
fn skip_escaped(text: &[u8], mut at: usize, value: &[u8]) -> Option<usize> {
    for b in value {
        let expected = match escape(*b) {
            Some(text) => text.as_bytes(),
            None => std::slice::from_ref(b),
        };
        if !text.get(at..)?.starts_with(expected) {
            return None;
        }
        at += expected.len();
    }
    Some(at)
}

const fn escape(b: u8) -> Option<&'static str> {
    match b {
        b'\\' => Some("\\\\"),
        b'"' => Some("\\\""),
        b'\n' => Some("\\n"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart_by_their_bounds() {
        let names = ["a", "b"];
        let (text, _) = render(&names, &["ab", "c"]);
        assert_eq!(text, r#"a="ab",b="c""#);
        assert!(is_rendered(text.as_bytes(), &names, &["ab", "c"]));
    }

    #[test]
    fn escapes_are_compared_by_their_meaning() {
        let names = ["a"];
        let nasty = ["", "\\", "\"", "\n", "\\n", "\\\"", "x\\", "\"x", "é\n"];
        for value in nasty {
            let (text, _) = render(&names, &[value]);
            for other in nasty {
                assert_eq!(is_rendered(text.as_bytes(), &names, &[other]), value == other, "{value:?} {other:?}");
            }
        }
    }
}
