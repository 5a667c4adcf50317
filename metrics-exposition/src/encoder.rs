//! What a format is, the one list of them, and the loop that carries a scrape into one.

use metrics_core::Registry;
use metrics_core::model::FamilySink;
use metrics_core::name::EscapingScheme;
use metrics_core::registry::{Aborted, Scrape};
use std::fmt;

/// Turns families into the bytes of one format. Comes from [`Format::encoder`].
///
/// It is a [`FamilySink`], so that [`Scrape::step`] drives it, and owns a buffer that grows. It never fails
/// and never validates: names were checked when they were registered, labels were escaped when their series
/// was created.
///
/// Keep one, and the same memory serves scrape after scrape:
///
/// ```
/// # #[cfg(feature = "text")] {
/// use metrics_core::Registry;
/// use metrics_exposition::{EncoderOptions, text};
///
/// let mut encoder = text::FORMAT.encoder(EncoderOptions::default());
/// for _ in 0..3 {
///     encoder.clear();
///     encoder.encode(Registry::global());
///     let page: &[u8] = encoder.as_bytes();
///     // … send it
/// #   let _ = page;
/// }
/// # }
/// ```
pub trait Encoder: FamilySink + Send {
    /// What is encoded and was not taken.
    fn as_bytes(&self) -> &[u8];

    /// The same, and nothing is left of it here. What is encoded later continues it.
    fn take(&mut self) -> Vec<u8>;

    /// Memory for what is encoded next; its contents do not matter. Ignored if something is encoded already.
    fn reuse(&mut self, memory: Vec<u8>) {
        let _ = memory;
    }

    /// Forgets everything but the memory, for a new page.
    fn clear(&mut self);

    /// Whether all of the family that was begun last is still here, so that
    /// [`abandon`](FamilySink::abandon) leaves no trace of it.
    fn is_undoable(&self) -> bool;

    /// Writes what the format wants at the end of a page.
    fn finish(&mut self);
}

impl dyn Encoder {
    /// Encodes a whole registry: one page.
    pub fn encode(&mut self, registry: &Registry) {
        // Nothing is taken away before the end, so nothing is past undoing: a family that fails is left out.
        let _ = fill(&mut registry.scrape(), self, usize::MAX);
    }
}

/// What an encoder writes beyond what its format demands, and how.
///
/// ```
/// # #[cfg(feature = "text")] {
/// use metrics_core::{Counter, Registry, name::EscapingScheme, registry::Definition};
/// use metrics_exposition::{EncoderOptions, text};
/// use std::sync::Arc;
///
/// let registry = Registry::new();
/// registry.register(Definition::new("jobs.done", "Jobs done."), Arc::new(Counter::new()))?;
///
/// let options = EncoderOptions { escaping: EscapingScheme::AllowUtf8, ..EncoderOptions::default() };
/// let mut encoder = text::FORMAT_1_0_0.encoder(options);
/// encoder.encode(&registry);
/// assert!(encoder.as_bytes().ends_with(b"\n{\"jobs.done_total\"} 0\n"));
/// # }
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EncoderOptions {
    /// How names stand that have other characters than `[a-zA-Z0-9_:]`.
    pub escaping: EscapingScheme,
    /// A sample `…_created` for each counter, histogram and summary: when it was zero, in seconds since 1970.
    /// OpenMetrics 2.0 and protobuf always say so, and have a place for it beside the value.
    ///
    /// Off by default: Prometheus stores each as a series of its own, unless it is told otherwise, and that
    /// doubles the number of a counter's series.
    pub created: bool,
}

/// A format in which a registry can be shown.
///
/// ```
/// # #[cfg(feature = "openmetrics")] {
/// use metrics_core::{Registry, name::EscapingScheme};
/// use metrics_exposition::openmetrics;
///
/// assert_eq!(
///     openmetrics::FORMAT.content_type(EscapingScheme::Dots),
///     "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots"
/// );
/// let page: Vec<u8> = openmetrics::FORMAT.generate_latest(&Registry::new());
/// assert_eq!(page, b"# EOF\n");
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Format {
    pub(crate) media_type: &'static str,
    pub(crate) version: &'static str,
    /// What it has of its own in its content type; a client's range must agree, if it names one of them: names and
    /// values.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
    /// Whether clients can ask for a scheme of escaping. Others get underscores.
    pub(crate) has_escaping: bool,
    /// Whether only those get it who ask for its version.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "only negotiation reads it"))]
    pub(crate) is_experimental: bool,
    pub(crate) encoder: fn(EncoderOptions) -> Box<dyn Encoder>,
}

/// All formats of this build, the one first that is served to clients without a wish.
pub static FORMATS: &[Format] = &[
    #[cfg(feature = "text")]
    crate::text::FORMAT,
    #[cfg(feature = "text")]
    crate::text::FORMAT_1_0_0,
    #[cfg(feature = "openmetrics")]
    crate::openmetrics::FORMAT,
    #[cfg(feature = "protobuf")]
    crate::protobuf::FORMAT,
    #[cfg(feature = "openmetrics")]
    crate::openmetrics::FORMAT_2_0_0,
];

impl Format {
    /// The value of the `Content-Type` header for a page with this scheme of escaping. Prometheus 3 refuses a page
    /// without the header.
    pub fn content_type(&self, escaping: EscapingScheme) -> String {
        let mut content_type = self.media_type.to_owned();
        if !self.version.is_empty() {
            content_type.push_str("; version=");
            content_type.push_str(self.version);
        }
        let escaping = self.has_escaping.then(|| ("escaping", escaping.as_str()));
        for (name, value) in self.parameters.iter().copied().chain(escaping) {
            content_type.extend(["; ", name, "=", value]);
        }
        content_type
    }

    /// The media type, without parameters: `text/plain`.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The version, as clients ask for it: `0.0.4`. Empty for protobuf, which has none.
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// A new encoder with nothing in it.
    pub fn encoder(&self, options: EncoderOptions) -> Box<dyn Encoder> {
        (self.encoder)(options)
    }

    /// A whole registry as one page, without options.
    pub fn generate_latest(&self, registry: &Registry) -> Vec<u8> {
        let mut encoder = self.encoder(EncoderOptions::default());
        encoder.encode(registry);
        encoder.take()
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.content_type(EscapingScheme::default())).finish()
    }
}

/// Encodes on until `len` bytes wait to be taken; `Ok(false)`: that was the end of the page.
///
/// # Errors
/// If a family failed that was taken away in part: a page without the rest of it would look whole.
pub(crate) fn fill(scrape: &mut Scrape, encoder: &mut dyn Encoder, len: usize) -> Result<bool, Aborted> {
    let mut failed = None;
    while encoder.as_bytes().len() < len {
        match scrape.step(encoder) {
            Ok(true) => {}
            Ok(false) => {
                encoder.finish();
                return Ok(false);
            }
            // The registry gave a part of the family before, but nobody took it from here.
            Err(aborted) if encoder.is_undoable() && failed.as_ref() != Some(&aborted) => {
                encoder.abandon();
                failed = Some(aborted);
            }
            Err(aborted) => return Err(aborted),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for format in FORMATS {
            let format_alone = match (format.media_type(), format.version()) {
                ("text/plain", "0.0.4") => {
                    for escaping in EscapingScheme::ALL {
                        assert_eq!(format.content_type(escaping), "text/plain; version=0.0.4; charset=utf-8");
                    }
                    continue;
                }
                ("text/plain", "1.0.0") => "text/plain; version=1.0.0; charset=utf-8",
                (_, "1.0.0") => "application/openmetrics-text; version=1.0.0; charset=utf-8",
                (_, "2.0.0") => "application/openmetrics-text; version=2.0.0; charset=utf-8",
                _ => "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
            };
            for (escaping, word) in
                EscapingScheme::ALL.into_iter().zip(["underscores", "dots", "values", "allow-utf-8"])
            {
                assert_eq!(format.content_type(escaping), format!("{format_alone}; escaping={word}"));
            }
        }
    }

    #[test]
    #[cfg(feature = "_page")]
    fn latest_content_types_are_those_without_options() {
        let content_type = |format: Format| format.content_type(EscapingScheme::default());
        #[cfg(feature = "text")]
        assert_eq!(content_type(crate::text::FORMAT), crate::text::CONTENT_TYPE_LATEST);
        #[cfg(feature = "openmetrics")]
        assert_eq!(content_type(crate::openmetrics::FORMAT), crate::openmetrics::CONTENT_TYPE_LATEST);
        #[cfg(feature = "protobuf")]
        assert_eq!(content_type(crate::protobuf::FORMAT), crate::protobuf::CONTENT_TYPE_LATEST);
    }
}
