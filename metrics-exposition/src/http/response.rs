use super::body::Body;
use crate::chunk::Chunk;
use std::borrow::Cow;

/// The answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// 200 or 405; 503 if too many scrapes are computed already, or this one took too long; 500 if a collector keeps
    /// panicking half-way through its family.
    pub status: u16,
    /// Names in lower case and values, each name once.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// What to send behind them.
    pub body: Body,
}

impl Response {
    /// One without a body.
    pub(super) fn new(status: u16, content_type: impl Into<Cow<'static, str>>) -> Self {
        let headers = vec![
            ("content-type", content_type.into()),
            // A cached scrape is a wrong scrape.
            ("cache-control", "no-store".into()),
            // Label values may hold what a browser takes for HTML.
            ("x-content-type-options", "nosniff".into()),
        ];
        Self { status, headers, body: Body::default() }
    }

    /// One of text.
    pub(crate) fn text(status: u16, text: String) -> Self {
        Self::new(status, "text/plain; charset=utf-8").with_body(Body::whole(Chunk::small(text.into_bytes())))
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn with_body(self, body: Body) -> Self {
        let announced = match body.exact_len() {
            Some(len) => self.with("content-length", len.to_string()),
            None => self,
        };
        Self { body, ..announced }
    }
}
