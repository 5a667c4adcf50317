//! Which format a client gets: [RFC 9110, sections 12.4 and 12.5.1][rfc], over one list of formats.
//!
//! The highest weight (`q`) wins; then what is named more precisely (`a/b` before `a/*` before `*/*`); then
//! what stands first in the header; then what stands first in the list. A format that nothing in the header
//! matches, or that has the weight 0, is not chosen. If that leaves none, or the header is missing or makes no
//! sense, the first of the list is served, as the [Prometheus protocol][prometheus] asks: a page in the wrong
//! format can still be looked at, an error cannot.
//!
//! Of the parameters only `version`, `charset` and `escaping` count, and what a format has of its own (protobuf:
//! `proto` and `encoding`). `escaping` chooses no format, but says how names stand in the one whose range has it; without
//! it, or with a word that is none, they have underscores, which every reader knows. The text format 0.0.4 always has
//! those: it is older than the parameter.
//!
//! A draft is served to those only who name its version. There is no OpenMetrics 0.0.1 here: whoever asks for that asks
//! for 1.0.0 or for text too.
//!
//! [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
//! [prometheus]: https://prometheus.io/docs/instrumenting/content_negotiation/

use crate::encoder::Format;
use metrics_core::name::EscapingScheme;
use std::borrow::Cow;
use std::cmp::Reverse;

/// Chooses from `formats`, which must not be empty, by the `Accept` header's lines; and how names are escaped.
pub(crate) fn negotiate<'f>(accept: &[&[u8]], formats: &'f [Format]) -> (&'f Format, EscapingScheme) {
    let rated = formats.iter().filter_map(|format| {
        let (rating, escaping) = rate(accept, format)?;
        Some((rating, (format, escaping)))
    });
    // The first of equals, where `max_by_key` would take the last.
    rated
        .min_by_key(|(rating, _)| Reverse(*rating))
        .map_or_else(|| (&formats[0], EscapingScheme::default()), |(_, chosen)| chosen)
}

/// How much a client wants a format; greater is better.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Rating {
    weight: u16,
    precision: Precision,
    position: Reverse<usize>,
    /// Of two formats that one range means, the one that understands more of it.
    parameters: usize,
}

/// How precisely a range names a format.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Precision {
    /// `*/*`
    Anything,
    /// `text/*`
    Type,
    /// `text/plain`
    Subtype,
}

/// What a range says of a format that it means.
struct Match {
    precision: Precision,
    /// How many parameters of it the format has.
    parameters: usize,
    /// In thousandths.
    weight: u16,
    escaping: EscapingScheme,
}

/// `None`: not acceptable.
fn rate(accept: &[&[u8]], format: &Format) -> Option<(Rating, EscapingScheme)> {
    let ranges = accept.iter().flat_map(|line| split(line, b',')).enumerate();
    let matching = ranges.filter_map(|(position, range)| Some((matches(range, format)?, Reverse(position))));
    // The most precise range decides about its weight, not the one with the highest.
    let rank =
        |(range, position): &(Match, Reverse<usize>)| (range.precision, range.parameters, range.weight, *position);
    let (range, position) = matching.max_by_key(rank)?;
    let Match { precision, parameters, weight, escaping } = range;
    (weight > 0).then_some((Rating { weight, precision, position, parameters }, escaping))
}

/// What a media range like `text/*;q=0.5` says of this format, if it means it.
fn matches(range: &[u8], format: &Format) -> Option<Match> {
    let mut parts = split(range, b';');
    let precision = precision(parts.next()?, format)?;
    let (mut weight, mut parameters, mut escaping) = (1_000, 0, EscapingScheme::default());
    let mut has_version = false;
    for part in parts {
        let Some(equals) = part.iter().position(|&b| b == b'=') else { continue };
        let (name, value) = (part[..equals].trim_ascii(), unquote(part[equals + 1..].trim_ascii()));
        if name.eq_ignore_ascii_case(b"q") {
            weight = thousandths(&value)?;
        } else if name.eq_ignore_ascii_case(b"version") {
            parameters += 1;
            has_version = true;
            (*value == *format.version.as_bytes()).then_some(())?;
        } else if name.eq_ignore_ascii_case(b"charset") {
            parameters += 1;
            (value.eq_ignore_ascii_case(b"utf-8") || value.eq_ignore_ascii_case(b"utf8")).then_some(())?;
        } else if name.eq_ignore_ascii_case(b"escaping") {
            if format.has_escaping {
                parameters += 1;
                let scheme = std::str::from_utf8(&value).ok().and_then(|word| word.parse().ok());
                escaping = scheme.unwrap_or_default();
            }
        } else if let Some((_, own)) =
            format.parameters.iter().find(|(own, _)| name.eq_ignore_ascii_case(own.as_bytes()))
        {
            parameters += 1;
            (*value == *own.as_bytes()).then_some(())?;
        }
    }
    (has_version || !format.is_experimental).then_some(Match { precision, parameters, weight, escaping })
}

fn precision(media: &[u8], format: &Format) -> Option<Precision> {
    // Java's URLConnection sends a lone `*`.
    if media == b"*" {
        return Some(Precision::Anything);
    }
    let slash = media.iter().position(|&b| b == b'/')?;
    let (kind, subtype) = (&media[..slash], &media[slash + 1..]);
    let (own_kind, own_subtype) = format.media_type.split_once('/')?;
    let is = |part: &[u8], name: &str| part.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    match (is(kind, "*"), is(subtype, "*")) {
        (true, true) => Some(Precision::Anything),
        (false, true) if is(kind, own_kind) => Some(Precision::Type),
        (false, false) if is(kind, own_kind) && is(subtype, own_subtype) => Some(Precision::Subtype),
        _ => None,
    }
}

/// `0.5` is 500. Also `.5`, which clients send, and more than three digits; nothing above 1.
pub(crate) fn thousandths(text: &[u8]) -> Option<u16> {
    let (whole, fraction) = match text.iter().position(|&b| b == b'.') {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &text[text.len()..]),
    };
    if !fraction.iter().all(u8::is_ascii_digit) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let digit = |k| fraction.get(k).map_or(0, |b: &u8| u16::from(b - b'0'));
    let fraction_value = digit(0) * 100 + digit(1) * 10 + digit(2);
    match whole {
        b"0" | b"" => Some(fraction_value),
        b"1" if fraction.iter().all(|&b| b == b'0') => Some(1_000),
        _ => None,
    }
}

/// The non-empty parts between separators that stand outside of quotes, trimmed.
pub(crate) fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(move |&b| {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => return b == separator && !quoted,
        }
        false
    });
    parts.map(<[u8]>::trim_ascii).filter(|part| !part.is_empty())
}

fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return Cow::Borrowed(value);
    };
    let mut escaped = false;
    let kept = inner.iter().copied().filter(|&b| {
        escaped = b == b'\\' && !escaped;
        !escaped
    });
    Cow::Owned(kept.collect())
}

#[cfg(test)]
#[path = "negotiate_tests.rs"]
mod tests;
