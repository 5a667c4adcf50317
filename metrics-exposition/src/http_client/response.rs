use super::{RequestError, Url};
use std::time::{Duration, SystemTime};
use ureq::http::HeaderMap;
use ureq::http::header::RETRY_AFTER;

/// An answer, of any status.
#[derive(Debug)]
pub(crate) struct Response {
    /// Where it came from, behind all redirects.
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// 64 KiB of it at most.
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The answer, if it is a success.
    ///
    /// # Errors
    /// What the server said, if it is none.
    pub(crate) fn checked(self) -> Result<Self, RequestError> {
        if self.is_success() {
            return Ok(self);
        }
        Err(RequestError::Refused {
            url: self.url.to_string(),
            status: self.status,
            message: self.message(),
            retry_after: self.retry_after(SystemTime::now()),
        })
    }

    /// One line of it, at most 1,000 characters, none of which moves a terminal's cursor.
    fn message(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(1_000) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// Seconds or a date (RFC 9110, 10.2.3).
    fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        let value = self.header(RETRY_AFTER.as_str())?.trim();
        match value.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn response(status: u16, retry_after: &str, body: &[u8]) -> Response {
        let headers = [(RETRY_AFTER, retry_after.parse().unwrap())].into_iter().collect();
        Response { url: Url::parse("http://a/b?token=t").unwrap(), status, headers, body: body.to_vec() }
    }

    #[test]
    fn a_message_is_one_line() {
        let error = response(400, "", b"pushed metrics\r\n are  invalid:\x1b[2J\xff\n").checked().unwrap_err();
        assert_eq!(error.to_string(), "http://a/b answered 400: pushed metrics are invalid: [2J\u{fffd}");
        assert_eq!(response(500, "", &vec![b'x'; 5_000]).message().chars().count(), 1_001);
        assert_eq!(response(500, "", b"").checked().unwrap_err().to_string(), "http://a/b answered 500");
        assert!(response(202, "", b"").checked().is_ok());
    }

    #[test]
    fn the_server_says_when_in_seconds_or_by_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let after = |value| response(429, value, b"").retry_after(now);
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        for none in ["", "-1", "soon", "Sun, 06 Nov 1994 08:49:27 GMT", "99999999999999999999999"] {
            assert_eq!(after(none), None, "{none}");
        }
    }
}
