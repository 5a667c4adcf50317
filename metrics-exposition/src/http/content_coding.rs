//! How the bytes of a page are coded: [RFC 9110, sections 8.4.1 and 12.5.3][rfc].
//!
//! The highest weight (`q`) wins; of equals what is named before what `*` stands for, then zstd before gzip, because it
//! takes less of both time and bytes, and both before no coding. No coding is what remains if nothing that is asked for
//! is known here, or the header makes no sense: also if it is forbidden, because such a page can still be looked at.
//! `*` does not stand for zstd, which is younger than many that say so.
//!
//! [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3

use crate::negotiate::{split, thousandths};

/// A coding that this build knows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Coding {
    /// None.
    Identity,
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "zstd")]
    Zstd,
}

/// What a client takes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Wish {
    pub(super) coding: Coding,
    /// Whether no coding was forbidden, so that a small page is coded as well.
    pub(super) always: bool,
}

impl Coding {
    /// In the order of preference.
    const ALL: &'static [Self] = &[
        #[cfg(feature = "zstd")]
        Self::Zstd,
        #[cfg(feature = "gzip")]
        Self::Gzip,
        Self::Identity,
    ];

    /// Whether there is any but none.
    pub(super) const ANY: bool = Self::ALL.len() > 1;

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            #[cfg(feature = "gzip")]
            Self::Gzip => "gzip",
            #[cfg(feature = "zstd")]
            Self::Zstd => "zstd",
        }
    }

    const fn is_known_to_all(self) -> bool {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => false,
            _ => true,
        }
    }

    fn is_named(self, name: &[u8]) -> bool {
        // RFC 9110, 8.4.1.3: the same as `gzip`.
        let name = if name.eq_ignore_ascii_case(b"x-gzip") { b"gzip" } else { name };
        name.eq_ignore_ascii_case(self.name().as_bytes())
    }
}

impl Wish {
    pub(super) const NONE: Self = Self { coding: Coding::Identity, always: false };

    /// By the lines of the `Accept-Encoding` header.
    pub(super) fn of(lines: &[&[u8]]) -> Self {
        let rated = Coding::ALL.iter().filter_map(|coding| {
            let (weight, is_named) = rate(lines, |name| coding.is_named(name))?;
            (weight > 0 && (is_named || coding.is_known_to_all())).then_some((weight, is_named, *coding))
        });
        // The first of equals, where `max_by_key` would take the last.
        let best = rated.reduce(|best, next| if (next.0, next.1) > (best.0, best.1) { next } else { best });
        let plain = rate(lines, |name| Coding::Identity.is_named(name));
        Self {
            coding: best.map_or(Coding::Identity, |(.., coding)| coding),
            always: plain.is_some_and(|(weight, _)| weight == 0),
        }
    }
}

/// The weight in thousandths that the header gives to a coding, and whether it names it. A name that comes twice has
/// the first weight.
fn rate(lines: &[&[u8]], is_it: impl Fn(&[u8]) -> bool) -> Option<(u16, bool)> {
    let mut any = None;
    for part in lines.iter().flat_map(|line| split(line, b',')) {
        let mut parameters = split(part, b';');
        let Some(name) = parameters.next() else { continue };
        let Some(weight) = weight(parameters) else { continue };
        if is_it(name) {
            return Some((weight, true));
        }
        if name == b"*" && any.is_none() {
            any = Some((weight, false));
        }
    }
    any
}

/// `None`: it makes no sense.
fn weight<'a>(parameters: impl Iterator<Item = &'a [u8]>) -> Option<u16> {
    for parameter in parameters {
        let Some(equals) = parameter.iter().position(|&b| b == b'=') else { continue };
        if parameter[..equals].trim_ascii().eq_ignore_ascii_case(b"q") {
            return thousandths(parameter[equals + 1..].trim_ascii());
        }
    }
    Some(1_000)
}

#[cfg(all(test, feature = "gzip"))]
mod tests {
    use super::*;

    fn wish(header: &str) -> (&'static str, bool) {
        let wish = Wish::of(&[header.as_bytes()]);
        (wish.coding.name(), wish.always)
    }

    /// zstd where it is known, and what comes then otherwise.
    fn zstd_or(other: &'static str) -> &'static str {
        if cfg!(feature = "zstd") { "zstd" } else { other }
    }

    #[test]
    fn what_clients_send() {
        for (header, expected) in [
            ("", "identity"),
            ("gzip", "gzip"),
            ("GZip", "gzip"),
            ("x-gzip", "gzip"),
            ("gzip;q=1.0", "gzip"),
            ("gzip, deflate", "gzip"),
            ("deflate, br", "identity"),
            ("identity", "identity"),
            ("gzip, identity", "gzip"),
            ("identity;q=0.5, gzip;q=0.5", "gzip"),
            ("identity, gzip;q=0.9", "identity"),
            ("gzip;q=0", "identity"),
            ("gzip;q=0, *", "identity"),
            ("*", "gzip"),
            ("gzip;q=0.000", "identity"),
            ("gzip;q=0.001", "gzip"),
            ("gzip ; Q=0.5", "gzip"),
            ("gzip;x=y;q=0", "identity"),
            ("*;q=0", "identity"),
            ("*, gzip;q=0.5, identity;q=0.1", "gzip"),
            ("gzip, *;q=0", "gzip"),
            // Nonsense is no wish.
            ("gzip;q=2", "identity"),
            ("gzip;q=abc", "identity"),
            (";;,,\"", "identity"),
            ("gzip zstd", "identity"),
            ("gzip, deflate, br, zstd", zstd_or("gzip")),
            ("zstd;q=0.9, gzip", "gzip"),
            ("zstd, gzip;q=0.9", zstd_or("gzip")),
        ] {
            assert_eq!(wish(header).0, expected, "{header}");
        }
        let lines: &[&[u8]] = &[b"deflate", b"\xff\xfe", b"gzip;q=0.1"];
        assert_eq!(Wish::of(lines).coding, Coding::Gzip);
        assert_eq!(Wish::of(&[]), Wish::NONE);
    }

    #[test]
    fn whether_small_pages_are_coded() {
        for (header, always) in [
            ("gzip", false),
            ("gzip, identity;q=0.1", false),
            ("gzip, identity;q=0", true),
            ("gzip, *;q=0", true),
            ("gzip, *;q=0, identity", false),
            ("identity;q=0", true),
            ("", false),
        ] {
            assert_eq!(wish(header).1, always, "{header}");
        }
    }
}
