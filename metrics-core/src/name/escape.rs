//! Names of any characters for readers that know only `[a-zA-Z_][a-zA-Z0-9_]*`, by the [specification][spec]; where its
//! page and Prometheus' code differ, as the code does it.
//!
//! [spec]: https://prometheus.io/docs/instrumenting/escaping_schemes/

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::str::FromStr;

/// What becomes of the characters of a name that a reader does not know.
///
/// ```
/// use metrics_core::name::EscapingScheme;
/// assert_eq!("allow-utf-8".parse(), Ok(EscapingScheme::AllowUtf8));
/// assert_eq!(EscapingScheme::Dots.to_string(), "dots");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EscapingScheme {
    /// Each becomes `_`. Different names may become one.
    #[default]
    Underscores,
    /// A dot becomes `_dot_`, a `_` two of them, and so does any other.
    Dots,
    /// Each becomes its number, behind `U__`: `a.b` is `U__a_2e_b`. Can be undone.
    Values,
    /// The reader knows all names.
    AllowUtf8,
}

impl EscapingScheme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Underscores, Self::Dots, Self::Values, Self::AllowUtf8];

    /// The word for it in `Accept` and `Content-Type` headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
            Self::AllowUtf8 => "allow-utf-8",
        }
    }
}

impl fmt::Display for EscapingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no [`EscapingScheme`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownEscapingScheme(pub String);

impl fmt::Display for UnknownEscapingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no way to escape names; there are ", self.0)?;
        f.write_str("`underscores`, `dots`, `values` and `allow-utf-8`")
    }
}

impl std::error::Error for UnknownEscapingScheme {}

impl FromStr for EscapingScheme {
    type Err = UnknownEscapingScheme;

    fn from_str(word: &str) -> Result<Self, UnknownEscapingScheme> {
        let found = Self::ALL.into_iter().find(|scheme| scheme.as_str() == word);
        found.ok_or_else(|| UnknownEscapingScheme(word.to_owned()))
    }
}

/// A metric's name for a reader of names without colons, dots and the like. A name that has none is left as it is,
/// but for the underscores where dots become `_dot_`.
///
/// ```
/// use metrics_core::name::{EscapingScheme, escape_metric_name};
/// let name = "http.status:sum";
/// assert_eq!(escape_metric_name(name, EscapingScheme::Underscores), "http_status:sum");
/// assert_eq!(escape_metric_name(name, EscapingScheme::Dots), "http_dot_status:sum");
/// assert_eq!(escape_metric_name(name, EscapingScheme::Values), "U__http_2e_status:sum");
/// ```
pub fn escape_metric_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    escape(name, scheme, true)
}

/// The same of a label's name, which has no colon either.
///
/// ```
/// use metrics_core::name::{EscapingScheme, escape_label_name};
/// assert_eq!(escape_label_name("a:b", EscapingScheme::Underscores), "a_b");
/// ```
pub fn escape_label_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    escape(name, scheme, false)
}

/// The name that was escaped: of a metric or of a label.
///
/// [`Values`](EscapingScheme::Values) lead back to every name, except that one which begins with `U__` of itself is taken
/// for an escaped one; what is none is returned as it is. [`Dots`](EscapingScheme::Dots) lead back if the name had no
/// other characters than letters, digits, `_`, `:` and dots. [`Underscores`](EscapingScheme::Underscores) lead nowhere:
/// the name stays.
///
/// ```
/// use metrics_core::name::{EscapingScheme, escape_metric_name, unescape_name};
/// for scheme in [EscapingScheme::Dots, EscapingScheme::Values, EscapingScheme::AllowUtf8] {
///     let escaped = escape_metric_name("http.status_code:sum", scheme);
///     assert_eq!(unescape_name(&escaped, scheme), "http.status_code:sum");
/// }
/// ```
pub fn unescape_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    let unescaped = match scheme {
        EscapingScheme::Dots => Some(without_dots(name)),
        EscapingScheme::Values => name.strip_prefix("U__").and_then(without_values),
        EscapingScheme::Underscores | EscapingScheme::AllowUtf8 => None,
    };
    unescaped.map_or(Cow::Borrowed(name), Cow::Owned)
}

/// From left to right, where Prometheus' own library replaces all `_dot_` first, and takes `a__dot__b` for `a_._b`.
fn without_dots(mut rest: &str) -> String {
    let mut out = String::with_capacity(rest.len());
    while let Some(at) = rest.find('_') {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let (what, escape) = if behind.starts_with("_dot_") {
            ('.', "_dot_")
        } else if behind.starts_with("__") {
            ('_', "__")
        } else {
            ('_', "_")
        };
        out.push(what);
        rest = &behind[escape.len()..];
    }
    out + rest
}

/// `None` if an escape is none.
fn without_values(mut rest: &str) -> Option<String> {
    let mut out = String::with_capacity(rest.len());
    while let Some((before, behind)) = rest.split_once('_') {
        out.push_str(before);
        let (number, behind) = behind.split_once('_')?;
        match number {
            "" => out.push('_'),
            _ if number.bytes().all(|b| b.is_ascii_hexdigit()) => {
                out.push(u32::from_str_radix(number, 16).ok().and_then(char::from_u32)?);
            }
            _ => return None,
        }
        rest = behind;
    }
    Some(out + rest)
}

/// Whether every reader knows a metric of this name: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub fn is_legacy_metric_name(name: &str) -> bool {
    is_legacy(name, true)
}

/// Whether every reader knows a label of this name: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub fn is_legacy_label_name(name: &str) -> bool {
    is_legacy(name, false)
}

fn is_legacy(name: &str, colon: bool) -> bool {
    let known = |(at, b): (usize, u8)| is_known(char::from(b), at == 0, colon);
    !name.is_empty() && name.bytes().enumerate().all(known)
}

fn is_known(c: char, is_first: bool, colon: bool) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (c == ':' && colon) || (c.is_ascii_digit() && !is_first)
}

fn escape(name: &str, scheme: EscapingScheme, colon: bool) -> Cow<'_, str> {
    let stays = match scheme {
        EscapingScheme::AllowUtf8 => true,
        EscapingScheme::Underscores | EscapingScheme::Values => is_legacy(name, colon),
        EscapingScheme::Dots => false,
    };
    if stays || name.is_empty() {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len() + 8);
    if scheme == EscapingScheme::Values {
        out.push_str("U__");
    }
    for (at, c) in name.char_indices() {
        match (scheme, c) {
            (EscapingScheme::Dots | EscapingScheme::Values, '_') => out.push_str("__"),
            _ if is_known(c, at == 0, colon) => out.push(c),
            (EscapingScheme::Dots, '.') => out.push_str("_dot_"),
            (EscapingScheme::Dots, _) => out.push_str("__"),
            (EscapingScheme::Values, c) => write!(out, "_{:x}_", u32::from(c)).expect("a `String` takes all"),
            _ => out.push('_'),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Prometheus and the Python client escape them.
    #[test]
    fn vectors() {
        let all = [EscapingScheme::Underscores, EscapingScheme::Dots, EscapingScheme::Values];
        for (name, expected) in [
            ("no_escaping", ["no_escaping", "no__escaping", "no_escaping"]),
            (
                "mysystem.prod.west.cpu.load_total",
                [
                    "mysystem_prod_west_cpu_load_total",
                    "mysystem_dot_prod_dot_west_dot_cpu_dot_load__total",
                    "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total",
                ],
            ),
            ("http.status:sum", ["http_status:sum", "http_dot_status:sum", "U__http_2e_status:sum"]),
            ("1st", ["_st", "__st", "U___31_st"]),
            ("花火", ["__", "____", "U___82b1__706b_"]),
            ("", ["", "", ""]),
        ] {
            assert_eq!(all.map(|scheme| escape_metric_name(name, scheme).into_owned()), expected);
            assert_eq!(escape_metric_name(name, EscapingScheme::AllowUtf8), name);
        }
        for (escaped, scheme, expected) in [
            ("U__a", EscapingScheme::Values, "a"),
            ("U__", EscapingScheme::Values, ""),
            ("U__a_2E_b__c", EscapingScheme::Values, "a.b_c"),
            ("a_2e_b", EscapingScheme::Values, "a_2e_b"),
            ("U__a_2e", EscapingScheme::Values, "U__a_2e"),
            ("U__a_", EscapingScheme::Values, "U__a_"),
            ("U__a_x_", EscapingScheme::Values, "U__a_x_"),
            ("U__a_+2e_", EscapingScheme::Values, "U__a_+2e_"),
            ("U__a_d800_", EscapingScheme::Values, "U__a_d800_"),
            ("U__a_110000_", EscapingScheme::Values, "U__a_110000_"),
            ("U__a_100000000000_", EscapingScheme::Values, "U__a_100000000000_"),
            ("a__dot__b", EscapingScheme::Dots, "a_dot_b"),
            ("a___dot_b", EscapingScheme::Dots, "a_.b"),
            ("a_dot___b", EscapingScheme::Dots, "a._b"),
            ("a_b_", EscapingScheme::Dots, "a_b_"),
            ("a_b", EscapingScheme::Underscores, "a_b"),
        ] {
            assert_eq!(unescape_name(escaped, scheme), expected);
        }
        for (name, expected) in [
            ("http.status:sum", ["http_status_sum", "http_dot_status__sum", "U__http_2e_status_3a_sum"]),
            ("label with 😱", ["label_with__", "label__with____", "U__label_20_with_20__1f631_"]),
        ] {
            assert_eq!(all.map(|scheme| escape_label_name(name, scheme).into_owned()), expected);
        }
    }
}
