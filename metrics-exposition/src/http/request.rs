/// What of a request matters here.
///
/// ```
/// use metrics_exposition::http::Request;
///
/// let request = Request::new("GET", &[b"text/plain"])
///     .accept_encoding(&[b"gzip, deflate"])
///     .query("name[]=jobs_total&name[]=load");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) accept: &'a [&'a [u8]],
    pub(super) accept_encoding: &'a [&'a [u8]],
    pub(super) query: &'a str,
}

impl<'a> Request<'a> {
    /// A request with this method and these values of the `Accept` header, one for each of its lines; they may
    /// hold any bytes.
    pub const fn new(method: &'a str, accept: &'a [&'a [u8]]) -> Self {
        Self { method, accept, accept_encoding: &[], query: "" }
    }

    /// The values of the `Accept-Encoding` header, one for each of its lines; they may hold any bytes. Without them the
    /// page is not compressed.
    #[must_use]
    pub const fn accept_encoding(self, lines: &'a [&'a [u8]]) -> Self {
        Self { accept_encoding: lines, ..self }
    }

    /// What stands behind the `?` of the URL, as it came: percent-encoded. Without it the page is that of the whole
    /// registry.
    #[must_use]
    pub const fn query(self, query: &'a str) -> Self {
        Self { query, ..self }
    }
}
