//! Label values as they stand in the text formats: `method="get",route="/x"`, with `\`, `"` and line feeds
//! escaped ([format][format]: label_value can be any sequence of UTF-8 characters, but these three).
//!
//! [format]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details

/// Appends `name="value"`, behind a comma if `out` holds a label already. Says whether something had to be
/// escaped.
pub(crate) fn render_pair(out: &mut String, name: &str, value: &str) -> bool {
    if !out.is_empty() {
        out.push(',');
    }
    out.push_str(name);
    out.push_str("=\"");
    let escaped = value.bytes().any(|b| escape(b).is_some());
    if escaped {
        for c in value.chars() {
            match u8::try_from(c).ok().and_then(escape) {
                Some(text) => out.push_str(text),
                None => out.push(c),
            }
        }
    } else {
        out.push_str(value);
    }
    out.push('"');
    escaped
}

/// All labels of a set; whether something had to be escaped.
pub(crate) fn render(names: &[&str], values: &[&str]) -> (String, bool) {
    let len = names.iter().zip(values).map(|(n, v)| n.len() + v.len() + 4).sum();
    let mut out = String::with_capacity(len);
    let mut escaped = false;
    for (name, value) in names.iter().zip(values) {
        escaped |= render_pair(&mut out, name, value);
    }
    (out, escaped)
}

/// Whether `text` is what [`render`] makes of these values, without making it. Rendering is injective, so
/// this is equality of the values.
#[inline]
pub(crate) fn is_rendered(text: &[u8], escaped: bool, names: &[&str], values: &[&str]) -> bool {
    let mut at = 0;
    for (i, (name, value)) in names.iter().zip(values).enumerate() {
        at += name.len() + if i == 0 { 2 } else { 3 };
        if text.get(at - 1) != Some(&b'"') {
            return false;
        }
        if escaped {
            match skip_escaped(text, at, value.as_bytes()) {
                Some(end) => at = end,
                None => return false,
            }
        } else {
            // Unescaped text holds exactly two quotes for each label, and this looks at two quotes for each,
            // outside of the values. A value with a quote in it that matched would need another one.
            match text.get(at..at + value.len()) {
                Some(bytes) if bytes == value.as_bytes() => at += value.len(),
                _ => return false,
            }
        }
        if text.get(at) != Some(&b'"') {
            return false;
        }
        at += 1;
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
        let (text, escaped) = render(&names, &["ab", "c"]);
        assert_eq!(text, r#"a="ab",b="c""#);
        assert!(is_rendered(text.as_bytes(), escaped, &names, &["ab", "c"]));
        let (text, escaped) = render(&names, &["P", "1234rest"]);
        assert!(!is_rendered(text.as_bytes(), escaped, &names, &["P\",b=", "rest"]), "no quote before `rest`");
        let (text, escaped) = render(&names, &["ab", "c"]);
        for other in [["a", "bc"], ["ab", ""], ["", "c"], ["ab", "cd"], [r#"ab",b="c"#, ""], ["abc", ""]] {
            assert!(!is_rendered(text.as_bytes(), escaped, &names, &other), "{other:?}");
        }
    }

    #[test]
    fn escapes_are_compared_by_their_meaning() {
        let names = ["a"];
        let nasty = ["", "\\", "\"", "\n", "\\n", "\\\"", "x\\", "\"x", "é\n"];
        for value in nasty {
            let (text, escaped) = render(&names, &[value]);
            for other in nasty {
                assert_eq!(
                    is_rendered(text.as_bytes(), escaped, &names, &[other]),
                    value == other,
                    "{value:?} {other:?}"
                );
            }
        }
    }
}
