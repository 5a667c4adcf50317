use super::{Families, Options, openmetrics, openmetrics_2, protobuf, text};
use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

/// The format that a page is in, by the `Content-Type` that it came with.
///
/// ```
/// use metrics_exposition::parse::PageFormat;
///
/// let format: PageFormat = "application/openmetrics-text; version=1.0.0; charset=utf-8".parse()?;
/// assert_eq!(format, PageFormat::OpenMetrics);
/// assert_eq!(format.parse(b"up 1\n# EOF\n").filter_map(Result::ok).count(), 1);
///
/// let error = "text/html".parse::<PageFormat>().unwrap_err();
/// assert!(error.to_string().contains("text/html"));
/// # Ok::<(), metrics_exposition::parse::UnknownContentType>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PageFormat {
    /// `text/plain`, of any version: [`text`].
    Text,
    /// `application/openmetrics-text`, of any version before 2: [`openmetrics`].
    OpenMetrics,
    /// `application/openmetrics-text; version=2.…`: [`openmetrics_2`].
    OpenMetrics2,
    /// `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited`: [`protobuf`].
    Protobuf,
}

/// A `Content-Type` that no parser is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownContentType(String);

impl PageFormat {
    /// The families of a page in memory.
    pub fn parse(self, page: &[u8]) -> Families<&[u8]> {
        self.read(page, Options::UNLIMITED)
    }

    /// The families of a page that comes from a reader. Keeps one family at a time, of limited size.
    pub fn read<R: BufRead>(self, reader: R, options: Options) -> Families<R> {
        match self {
            Self::Text => text::read(reader, options),
            Self::OpenMetrics => openmetrics::read(reader, options),
            Self::OpenMetrics2 => openmetrics_2::read(reader, options),
            Self::Protobuf => protobuf::read(reader, options),
        }
    }
}

/// Reads a `Content-Type`. Letter case and the order of parameters do not matter ([RFC 9110][rfc]).
///
/// [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-8.3
impl FromStr for PageFormat {
    type Err = UnknownContentType;

    fn from_str(content_type: &str) -> Result<Self, UnknownContentType> {
        let mut parts = content_type.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let parameters: Vec<_> = parts.filter_map(|part| part.split_once('=')).collect();
        let parameter = |name: &str| {
            let found = parameters.iter().find(|(other, _)| other.trim_end().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().trim_matches('"'))
        };
        let is_family = || {
            parameter("proto").is_none_or(|proto| proto == "io.prometheus.client.MetricFamily")
                && parameter("encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("delimited"))
        };
        match &*media_type {
            "text/plain" => Ok(Self::Text),
            "application/openmetrics-text" if parameter("version").is_some_and(|v| v.starts_with("2.")) => {
                Ok(Self::OpenMetrics2)
            }
            "application/openmetrics-text" => Ok(Self::OpenMetrics),
            "application/vnd.google.protobuf" if is_family() => Ok(Self::Protobuf),
            _ => Err(UnknownContentType(content_type.to_owned())),
        }
    }
}

impl fmt::Display for UnknownContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "content type `{}`: no parser is for it; those there are take text/plain, application/openmetrics-text and \
             application/vnd.google.protobuf with `encoding=delimited`",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for UnknownContentType {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for (content_type, format) in [
            ("text/plain", Some(PageFormat::Text)),
            ("Text/Plain; version=0.0.4; charset=utf-8", Some(PageFormat::Text)),
            ("text/plain;version=1.0.0;escaping=allow-utf-8", Some(PageFormat::Text)),
            ("application/openmetrics-text", Some(PageFormat::OpenMetrics)),
            ("application/openmetrics-text; version=0.0.1", Some(PageFormat::OpenMetrics)),
            ("application/openmetrics-text; charset=utf-8; VERSION=\"2.0.0\"", Some(PageFormat::OpenMetrics2)),
            (
                "application/vnd.google.protobuf; encoding=delimited; proto=io.prometheus.client.MetricFamily",
                Some(PageFormat::Protobuf),
            ),
            ("application/vnd.google.protobuf;encoding=text", None),
            ("application/vnd.google.protobuf; proto=other.Message; encoding=delimited", None),
            ("application/vnd.google.protobuf", None),
            ("text/html; charset=utf-8", None),
            ("", None),
        ] {
            assert_eq!(content_type.parse().ok(), format, "{content_type}");
        }
    }
}
