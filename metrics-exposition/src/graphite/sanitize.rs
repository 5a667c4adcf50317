//! What series are called in Graphite.

use std::fmt::Write;

/// What becomes of characters that Graphite gives a meaning of their own.
///
/// ```
/// use metrics_exposition::graphite::Sanitize;
/// // The tag `endpoint` with the value `/api/users;v=1 é`:
/// assert!(matches!(Sanitize::default(), Sanitize::Carbon)); // endpoint=/api/users%3Bv=1%20é
/// let as_before = Sanitize::Python; // endpoint=_api_users_v_1__
/// # let _ = as_before;
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sanitize {
    /// What carbon accepts stays as it is; of other characters each byte becomes a `%` and two digits, and so does the `%`
    /// itself, so that two series never get one name. For tags those are white space, control characters, `;`, `"`, and `~`
    /// at the beginning; in the names of tags also `!`, `^` and `=`. In a path, which is a file on carbon's disk, also `.` and
    /// `/`; but a metric's name with tags keeps its dots.
    ///
    /// Labels without a value are left out, since they mean the same as none, and carbon refuses them. A label `name` is
    /// called `exported_name`, because `name` is what Graphite calls the name of the metric. Should two samples have one
    /// name for that, they are [counted](crate::push::PushMetrics).
    #[default]
    Carbon,
    /// The lines of `GraphiteBridge` in Python's `prometheus_client`, byte for byte, for dashboards that know them: all but
    /// `[a-zA-Z0-9_-]` becomes `_`, values are written as Python writes them (`1.0`, `nan`), creation times are samples, and
    /// times that samples have of their own are ignored. Samples that have one name for that are sent all the same, and
    /// [counted](crate::push::PushMetrics).
    Python,
}

/// What a text is part of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// A node of a path: between dots.
    Node,
    /// The metric's name, in front of tags.
    TaggedName,
    TagName,
    TagValue,
}

impl Sanitize {
    pub(super) fn push(self, out: &mut String, text: &str, place: Place) {
        match self {
            Self::Carbon => push_carbon(out, text, place),
            Self::Python => out.extend(text.chars().map(|c| if is_plain(c) { c } else { '_' })),
        }
    }

    /// Whether names that were different may have become one.
    pub(super) fn loses(self, text: &str) -> bool {
        self == Self::Python && !text.chars().all(is_plain)
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn push_carbon(out: &mut String, text: &str, place: Place) {
    for (at, c) in text.char_indices() {
        // Python's notion of white space has four control characters more than Unicode's, all of which are control
        // characters. A path that ends in `"}` would be read as OpenMetrics.
        let is_special = c.is_whitespace() || c.is_control() || "%;\"".contains(c) || (c == '~' && at == 0);
        let is_special = is_special
            || match place {
                Place::Node => "./".contains(c),
                // Without a tag it is a path all the same, in which dots that follow each other are one.
                Place::TaggedName => c == '/' || (c == '.' && (at == 0 || text[..at].ends_with('.'))),
                Place::TagValue => false,
                Place::TagName => "!^=".contains(c),
            };
        if is_special {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
}

/// A prefix is nodes of a path already.
pub(super) fn prefix(sanitize: Sanitize, prefix: &str) -> String {
    let nodes = prefix.split('.').filter(|node| !node.is_empty());
    let mut clean = String::new();
    match sanitize {
        Sanitize::Python if prefix.is_empty() => {}
        Sanitize::Python => clean.extend([prefix, "."]),
        Sanitize::Carbon => nodes.for_each(|node| {
            push_carbon(&mut clean, node, Place::Node);
            clean.push('.');
        }),
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carbon(text: &str, place: Place) -> String {
        let mut out = String::new();
        Sanitize::Carbon.push(&mut out, text, place);
        out
    }

    #[test]
    fn what_carbon_accepts_stays() {
        for text in ["/api/users", "a=b", "é.ü", "a~b", "{x}", "50€", "a:b", "!^", "\\", "'"] {
            assert_eq!(carbon(text, Place::TagValue), text);
        }
        assert_eq!(carbon("http_requests:rate5m", Place::Node), "http_requests:rate5m");
    }

    #[test]
    fn what_means_something_is_escaped() {
        for (text, place, expected) in [
            ("a b\tc\nd", Place::TagValue, "a%20b%09c%0Ad"),
            ("\u{a0}\u{2003}\u{85}\u{1c}", Place::TagValue, "%C2%A0%E2%80%83%C2%85%1C"),
            ("~a;\"%", Place::TagValue, "%7Ea%3B%22%25"),
            ("a!b^c=d", Place::TagName, "a%21b%5Ec%3Dd"),
            ("../etc.d", Place::Node, "%2E%2E%2Fetc%2Ed"),
            (".a.b/c..d.", Place::TaggedName, "%2Ea.b%2Fc.%2Ed."),
        ] {
            assert_eq!(carbon(text, place), expected);
        }
    }

    /// All texts of up to three of these characters have names of their own.
    #[test]
    fn no_two_become_one() {
        let alphabet = ['a', '%', '2', 'E', '.', '/', ';', ' ', '~', '='];
        let mut texts = vec![String::new()];
        for length in 0..3 {
            let longer: Vec<_> = texts.iter().filter(|text| text.len() == length).cloned().collect();
            texts.extend(longer.iter().flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}"))));
        }
        for place in [Place::Node, Place::TaggedName, Place::TagName, Place::TagValue] {
            let names: std::collections::HashSet<_> = texts.iter().map(|text| carbon(text, place)).collect();
            assert_eq!(names.len(), texts.len(), "{place:?}");
        }
    }

    #[test]
    fn as_python_does() {
        let mut out = String::new();
        Sanitize::Python.push(&mut out, "c.:8é-_", Place::TagValue);
        assert_eq!(out, "c__8_-_");
        assert!(Sanitize::Python.loses("a.b") && !Sanitize::Python.loses("a-b") && !Sanitize::Carbon.loses("a.b"));
    }

    #[test]
    fn prefixes() {
        for (given, carbon, python) in
            [("", "", ""), ("a", "a.", "a."), ("a.b/c. d", "a.b%2Fc.%20d.", "a.b/c. d."), (".a..b.", "a.b.", ".a..b..")]
        {
            assert_eq!(prefix(Sanitize::Carbon, given), carbon);
            assert_eq!(prefix(Sanitize::Python, given), python);
        }
    }
}
