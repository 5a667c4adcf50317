//! Who may read: HTTP's Basic ([RFC 7617][basic]) and Bearer ([RFC 6750][bearer]) authentication.
//!
//! What comes in is not decoded, but compared with what has to come.
//!
//! [basic]: https://www.rfc-editor.org/rfc/rfc7617
//! [bearer]: https://www.rfc-editor.org/rfc/rfc6750

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_types::HeaderMap;
use http_types::header::AUTHORIZATION;
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// The longest credentials that can be told apart, encoded; longer ones are never right.
pub(super) const LONGEST: usize = 4096;

/// Those that are let in. Empty: all.
#[derive(Clone, Default)]
pub(super) struct Credentials(Vec<Credential>);

#[derive(Clone)]
struct Credential {
    scheme: Scheme,
    secret: Secret,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scheme {
    Basic,
    Bearer,
}

/// As it stands in a header, in a place that is as long for each: the time of a comparison tells nothing of the length.
#[derive(Clone)]
struct Secret {
    len: u32,
    bytes: Box<[u8; LONGEST]>,
}

impl Credentials {
    /// `None`: it is too long.
    pub(super) fn basic(&mut self, user: &str, password: &str) -> Option<()> {
        self.add(Scheme::Basic, STANDARD.encode(format!("{user}:{password}")).as_bytes())
    }

    /// `None`: it is too long.
    pub(super) fn bearer(&mut self, token: &str) -> Option<()> {
        self.add(Scheme::Bearer, token.as_bytes())
    }

    fn add(&mut self, scheme: Scheme, secret: &[u8]) -> Option<()> {
        let secret = Secret::new(secret)?;
        self.0.push(Credential { scheme, secret });
        Some(())
    }

    /// Whether a request with these headers is let in. The time that takes depends on what came in alone.
    pub(super) fn admit(&self, headers: &HeaderMap) -> bool {
        if self.0.is_empty() {
            return true;
        }
        // Of two nobody knows which one a proxy has looked at.
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else { return false };
        let Some((scheme, secret)) = parse(line.as_bytes()) else { return false };
        let Some(secret) = Secret::new(secret) else { return false };
        let mut is_known = Choice::from(0);
        for credential in &self.0 {
            is_known |= credential.secret.ct_eq(&secret) & Choice::from(u8::from(credential.scheme == scheme));
        }
        is_known.into()
    }

    /// What a client without them is told that it needs.
    pub(super) fn challenges(&self) -> impl Iterator<Item = &'static str> {
        let has = |scheme| self.0.iter().any(|credential| credential.scheme == scheme);
        let basic = has(Scheme::Basic).then_some(r#"Basic realm="metrics", charset="UTF-8""#);
        let bearer = has(Scheme::Bearer).then_some(r#"Bearer realm="metrics""#);
        basic.into_iter().chain(bearer)
    }
}

/// The scheme, if it is known, and what stands behind it ([RFC 9110, 11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4)).
fn parse(line: &[u8]) -> Option<(Scheme, &[u8])> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (name, secret) = line.split_at(space);
    let scheme = match name {
        name if name.eq_ignore_ascii_case(b"Basic") => Scheme::Basic,
        name if name.eq_ignore_ascii_case(b"Bearer") => Scheme::Bearer,
        _ => return None,
    };
    Some((scheme, secret.trim_ascii()))
}

impl Secret {
    fn new(secret: &[u8]) -> Option<Self> {
        let mut bytes = Box::new([0; LONGEST]);
        bytes.get_mut(..secret.len())?.copy_from_slice(secret);
        Some(Self { len: u32::try_from(secret.len()).ok()?, bytes })
    }
}

impl ConstantTimeEq for Secret {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.len.ct_eq(&other.len) & self.bytes[..].ct_eq(&other.bytes[..])
    }
}

/// Without what is secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|credential| credential.scheme)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_types::HeaderValue;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        lines.iter().map(|line| (AUTHORIZATION, HeaderValue::from_bytes(line).unwrap())).collect()
    }

    #[test]
    fn who_is_let_in() {
        let mut credentials = Credentials::default();
        assert!(credentials.admit(&headers(&[])));
        credentials.basic("Aladdin", "open sesame").unwrap();
        credentials.basic("ä", "b:ö").unwrap();
        credentials.bearer("mF_9.B5f-4.1JqM").unwrap();
        // RFC 7617, 2 and RFC 6750, 2.1.
        let table: &[(&[&[u8]], bool)] = &[
            (&[b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="], true),
            (&[b"bASIC   QWxhZGRpbjpvcGVuIHNlc2FtZQ== "], true),
            (&["Basic w6Q6Yjrdtg==".as_bytes()], false),
            (&["Basic w6Q6YjrDtg==".as_bytes()], true),
            (&[b"Bearer mF_9.B5f-4.1JqM"], true),
            (&[b"bearer mF_9.B5f-4.1JqM"], true),
            (&[b"Basic mF_9.B5f-4.1JqM"], false),
            (&[b"Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=="], false),
            (&[b"Bearer mF_9.B5f-4.1JqMx"], false),
            (&[b"Bearer mF_9.B5f-4.1Jq"], false),
            (&[b"Bearer MF_9.B5f-4.1JqM"], false),
            (&[b"Bearer mF_9.B5f-4.1JqM, Bearer mF_9.B5f-4.1JqM"], false),
            (&[b"Bearer mF_9.B5f-4.1JqM", b"Bearer mF_9.B5f-4.1JqM"], false),
            (&[b"Digest mF_9.B5f-4.1JqM"], false),
            (&[b"BearermF_9.B5f-4.1JqM"], false),
            (&[b"Bearer"], false),
            (&[b"Bearer "], false),
            (&[b" "], false),
            (&[b""], false),
            (&[b"Basic \xff\xfe"], false),
            (&[], false),
        ];
        for (lines, expected) in table {
            assert_eq!(credentials.admit(&headers(lines)), *expected, "{lines:?}");
        }
    }

    #[test]
    fn a_longer_secret_is_none() {
        let mut credentials = Credentials::default();
        assert!(credentials.bearer(&"x".repeat(LONGEST + 1)).is_none());
        assert!(credentials.basic("user", &"x".repeat(LONGEST)).is_none());
        credentials.bearer(&"x".repeat(LONGEST)).unwrap();
        let with = |len: usize| headers(&[format!("Bearer {}", "x".repeat(len)).as_bytes()]);
        assert!(credentials.admit(&with(LONGEST)));
        assert!(!credentials.admit(&with(LONGEST - 1)));
        assert!(!credentials.admit(&with(LONGEST + 1)));
        assert!(!credentials.admit(&with(60_000)));
    }

    /// Each byte replaced, left out, or with another one before it.
    #[test]
    fn nothing_else_is_let_in() {
        let mut credentials = Credentials::default();
        credentials.bearer("s3cret").unwrap();
        let right = b"Bearer s3cret";
        let mut let_in = Vec::new();
        for place in 0..=right.len() {
            for byte in 0..=u8::MAX {
                for replaced in 0..=1 {
                    let rest = right.get(place + replaced..).unwrap_or_default();
                    let line = [&right[..place], &[byte], rest].concat();
                    let Ok(value) = HeaderValue::from_bytes(&line) else { continue };
                    if credentials.admit(&[(AUTHORIZATION, value)].into_iter().collect()) {
                        let_in.push(line);
                    }
                }
            }
            let short = [&right[..place], right.get(place + 1..).unwrap_or_default()].concat();
            assert!(place == right.len() || !credentials.admit(&headers(&[&short])), "{place}");
        }
        let same = |line: &[u8]| {
            let (scheme, token) = line.split_at(6);
            scheme.eq_ignore_ascii_case(b"Bearer") && token[0] == b' ' && token.trim_ascii() == b"s3cret"
        };
        assert!(let_in.iter().all(|line| same(line)), "{let_in:?}");
        assert!(let_in.len() > 6, "{}", let_in.len());
    }

    #[test]
    fn zeros_are_no_secret() {
        let mut credentials = Credentials::default();
        credentials.bearer("").unwrap();
        assert!(!credentials.admit(&headers(&[b"Bearer x"])));
        assert!(!credentials.admit(&headers(&[b"Basic"])));
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut credentials = Credentials::default();
        credentials.basic("user", "hunter2").unwrap();
        credentials.bearer("hunter3").unwrap();
        assert_eq!(format!("{credentials:?}"), "[Basic, Bearer]");
        assert_eq!(credentials.challenges().count(), 2);
    }
}
