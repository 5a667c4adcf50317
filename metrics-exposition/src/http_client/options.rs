#[cfg(feature = "tls")]
use super::Tls;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;
use ureq::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST,
    HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

/// How requests are made. See the [module](super) for an example, and for what holds for all of them.
///
/// Secrets that are given here are in no `Debug` output and in no error.
#[derive(Clone, Default)]
#[must_use]
pub struct Options {
    pub(super) authorization: Option<HeaderValue>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) connect_timeout: Option<Duration>,
    #[cfg(feature = "tls")]
    pub(super) tls: Tls,
}

impl Options {
    /// No password, no headers, the certificates of the system.
    pub fn new() -> Self {
        Self::default()
    }

    /// A user and a password (RFC 7617), instead of what was set before.
    ///
    /// # Errors
    /// If the user has a colon, which would end it, or one of them a control character.
    pub fn basic_auth(self, user: &str, password: &str) -> Result<Self, InvalidOption> {
        if user.contains(':') {
            return Err(InvalidOption::new("the user of basic auth has a colon"));
        }
        if user.chars().chain(password.chars()).any(char::is_control) {
            return Err(InvalidOption::new("the user or the password of basic auth has a control character"));
        }
        self.authorization(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// A token (RFC 6750), instead of what was set before.
    ///
    /// # Errors
    /// If it has other characters than visible ASCII, as the line break at the end of a file.
    pub fn bearer_token(self, token: &str) -> Result<Self, InvalidOption> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidOption::new("a bearer token is visible ASCII, without spaces or line breaks"));
        }
        self.authorization(&format!("Bearer {token}"))
    }

    /// A header of each request, beside those that are set already. Its value is treated as a secret.
    ///
    /// # Errors
    /// If the name or the value is none that HTTP has, or the name is one that the client sets: those about the connection,
    /// the length, the type and the coding, and `Authorization`.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidOption> {
        let header: HeaderName = name
            .parse()
            .map_err(|_| InvalidOption::new(format!("`{}` is no name of a header", name.escape_debug())))?;
        if OURS.contains(&header) {
            return Err(InvalidOption::new(format!("the header `{name}` is set by the client")));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| InvalidOption::new(format!("the value of the header `{name}` has a control character")))?;
        value.set_sensitive(true);
        self.headers.push((header, value));
        Ok(self)
    }

    /// How long a connection may take to be made, of the time of the whole push. By default as long as that.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self { connect_timeout: Some(timeout), ..self }
    }

    /// Whom to trust, and who we are.
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    fn authorization(self, value: &str) -> Result<Self, InvalidOption> {
        let mut value =
            HeaderValue::from_str(value).map_err(|_| InvalidOption::new("credentials that no header takes"))?;
        value.set_sensitive(true);
        Ok(Self { authorization: Some(value), ..self })
    }
}

const OURS: [HeaderName; 13] = [
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let mut debug = f.debug_struct("Options");
        debug.field("has_credentials", &self.authorization.is_some()).field("headers", &names);
        debug.field("connect_timeout", &self.connect_timeout);
        #[cfg(feature = "tls")]
        debug.field("tls", &self.tls);
        debug.finish()
    }
}

/// Why something cannot be set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidOption {
    why: Cow<'static, str>,
}

impl InvalidOption {
    pub(crate) fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self { why: why.into() }
    }
}

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for InvalidOption {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_encoded_and_not_shown() {
        let options = Options::new().basic_auth("Aladdin", "open sesame").unwrap();
        assert_eq!(options.authorization.as_ref().unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let options = Options::new().basic_auth("test", "123£").unwrap();
        assert_eq!(
            options.authorization.as_ref().unwrap(),
            "Basic dGVzdDoxMjPCow==",
            "the example of RFC 7617 in UTF-8"
        );
        let options = options.bearer_token("mF_9.B5f-4.1JqM").unwrap().header("X-Key", "k3y").unwrap();
        assert_eq!(options.authorization.as_ref().unwrap(), "Bearer mF_9.B5f-4.1JqM");
        let shown = format!("{options:?}");
        assert!(shown.contains("x-key") && !shown.contains("k3y") && !shown.contains("mF_9"), "{shown}");
    }

    #[test]
    fn what_would_break_a_request_is_refused() {
        assert!(Options::new().basic_auth("a:b", "c").is_err());
        assert!(Options::new().basic_auth("a", "c\n").is_err());
        for token in ["", "a b", "a\n", "ä"] {
            assert!(Options::new().bearer_token(token).is_err(), "{token:?}");
        }
        for name in ["", "a b", "a:", "ä", "a\r\nb", "Authorization", "content-length", "Host"] {
            assert!(Options::new().header(name, "x").is_err(), "{name:?}");
        }
        for value in ["a\r\nX: y", "a\0"] {
            let error = Options::new().header("X-Key", value).unwrap_err().to_string();
            assert_eq!(error, "the value of the header `X-Key` has a control character");
        }
    }
}
