use super::InvalidOption;
use std::fmt;
use ureq::http::Uri;
#[cfg(feature = "pushgateway")]
use ureq::http::uri::PathAndQuery;

/// Where a request goes: `http` or `https`, a host, and no password. Shown without its query, which may hold a token.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Url {
    uri: Uri,
}

impl Url {
    /// # Errors
    /// If it is relative, has another scheme, or a user or a password.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidOption> {
        let without_fragment = text.split_once('#').map_or(text, |(url, _)| url);
        let uri: Uri = without_fragment.parse().map_err(|error| InvalidOption::new(format!("no URL: {error}")))?;
        let Some(authority) = uri.authority().filter(|_| matches!(uri.scheme_str(), Some("http" | "https"))) else {
            return Err(InvalidOption::new("a URL begins with `http://` or `https://` and a host"));
        };
        if authority.as_str().contains('@') {
            return Err(InvalidOption::new("a URL with a user or a password: `Options::basic_auth` takes them"));
        }
        if authority.host().is_empty() || !text.is_ascii() {
            return Err(InvalidOption::new("a URL has a host, and what is not ASCII in it is percent-encoded"));
        }
        Ok(Self { uri })
    }

    /// The path, percent-encoded as it is.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    #[cfg(feature = "pushgateway")]
    pub(crate) fn has_query(&self) -> bool {
        self.uri.query().is_some()
    }

    /// The same server, and this path there, encoded as it has to be.
    ///
    /// # Errors
    /// If the path is none, or too long.
    #[cfg(feature = "pushgateway")]
    pub(crate) fn with_path(&self, path: &str) -> Result<Self, InvalidOption> {
        let path: PathAndQuery = path.parse().map_err(|error| InvalidOption::new(format!("no path: {error}")))?;
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(path);
        let uri = Uri::from_parts(parts).map_err(|error| InvalidOption::new(format!("no URL: {error}")))?;
        Ok(Self { uri })
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Whether both are of one scheme, host and port.
    pub(super) fn has_origin_of(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }

    fn origin(&self) -> (bool, String, u16) {
        let default = if self.is_https() { 443 } else { 80 };
        let host = self.uri.host().unwrap_or_default().to_ascii_lowercase();
        (self.is_https(), host, self.uri.port_u16().unwrap_or(default))
    }

    /// What `reference` means on a page at this URL (RFC 3986, 5.2).
    pub(super) fn resolve(&self, reference: &str) -> Result<Self, InvalidOption> {
        let reference = reference.split_once('#').map_or(reference, |(url, _)| url);
        let (scheme, authority) = (self.uri.scheme_str().unwrap_or("http"), self.uri.authority());
        let authority = authority.map_or("", |authority| authority.as_str());
        let first = reference.split(['/', '?']).next().unwrap_or_default();
        if first.contains(':') {
            return Self::parse(reference);
        }
        if reference.starts_with("//") {
            return Self::parse(&format!("{scheme}:{reference}"));
        }
        let (path, query) = reference.find('?').map_or((reference, ""), |at| reference.split_at(at));
        let path = match path {
            "" => self.path().to_owned(),
            _ if path.starts_with('/') => without_dots(path),
            _ => {
                let folder = self.path().rfind('/').map_or("/", |last| &self.path()[..=last]);
                without_dots(&format!("{folder}{path}"))
            }
        };
        Self::parse(&format!("{scheme}://{authority}{path}{query}"))
    }
}

/// The path without `.` and `..`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments = path.trim_start_matches('/').split('/');
    let ends_in_folder = matches!(path.rsplit('/').next(), Some("." | ".."));
    for segment in segments {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    if ends_in_folder {
        kept.push("");
    }
    format!("/{}", kept.join("/"))
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        write!(f, "{}://{authority}{}", self.uri.scheme_str().unwrap_or("http"), self.path())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_without_passwords_are_taken() {
        for url in ["http://a", "https://a.example:9091/x/y", "HTTP://a/", "http://[::1]:80/", "http://a?q=1#part"] {
            assert!(Url::parse(url).is_ok(), "{url}");
        }
        for url in
            ["", "a", "/a", "a:9091", "ftp://a/", "http://", "http:///x", "http://u@a/", "http://u:p@a/", "http://ä/"]
        {
            assert!(Url::parse(url).is_err(), "{url}");
        }
        let error = Url::parse("http://user:hidden@a/").unwrap_err().to_string();
        assert!(error.contains("basic_auth") && !error.contains("hidden"), "{error}");
        assert_eq!(Url::parse("http://a:1/b?token=hidden").unwrap().to_string(), "http://a:1/b");
    }

    #[test]
    fn references_are_resolved() {
        let base = Url::parse("http://a:1/b/c/d?q").unwrap();
        for (reference, url) in [
            ("https://h/x?y", "https://h/x?y"),
            ("//h:2/x", "http://h:2/x"),
            ("/x/../y", "http://a:1/y"),
            ("x", "http://a:1/b/c/x"),
            ("./x/", "http://a:1/b/c/x/"),
            ("../x", "http://a:1/b/x"),
            ("../../../../x", "http://a:1/x"),
            ("..", "http://a:1/b/"),
            ("?z", "http://a:1/b/c/d?z"),
            ("#part", "http://a:1/b/c/d"),
            ("x?at=12:30", "http://a:1/b/c/x?at=12:30"),
        ] {
            let resolved = base.resolve(reference).unwrap();
            assert_eq!(resolved.uri().to_string(), Url::parse(url).unwrap().uri().to_string(), "{reference}");
        }
        for reference in ["ftp://h/", "mailto:x", "http://u:p@h/", "//", "/with space"] {
            assert!(base.resolve(reference).is_err(), "{reference}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |a, b| Url::parse(a).unwrap().has_origin_of(&Url::parse(b).unwrap());
        assert!(same("http://a/x", "http://A:80/y"));
        assert!(same("https://a", "https://a:443/"));
        for other in ["https://a:80/", "http://a:81/", "http://b.a/", "http://a.b/"] {
            assert!(!same("http://a/", other), "{other}");
        }
    }
}
