//! What a format is, the one list of them, and the loop that carries a scrape into one.

use metrics_core::Registry;
use metrics_core::model::FamilySink;
#[cfg(feature = "_page")]
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
/// use metrics_exposition::text;
///
/// let mut encoder = text::FORMAT.encoder();
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

/// A format in which a registry can be shown.
///
/// ```
/// # #[cfg(feature = "openmetrics")] {
/// use metrics_core::Registry;
/// use metrics_exposition::openmetrics;
///
/// assert!(openmetrics::FORMAT.content_type().starts_with("application/openmetrics-text"));
/// let page: Vec<u8> = openmetrics::FORMAT.generate_latest(&Registry::new());
/// assert_eq!(page, b"# EOF\n");
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Format {
    pub(crate) media_type: &'static str,
    pub(crate) version: &'static str,
    /// What a client's range must say of it, if it says anything, beside the version: names and values.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "only negotiation reads it"))]
    pub(crate) parameters: &'static [(&'static str, &'static str)],
    pub(crate) content_type: &'static str,
    pub(crate) encoder: fn() -> Box<dyn Encoder>,
}

/// All formats of this build, the one first that is served to clients without a wish.
pub static FORMATS: &[Format] = &[
    #[cfg(feature = "text")]
    crate::text::FORMAT,
    #[cfg(feature = "openmetrics")]
    crate::openmetrics::FORMAT,
    #[cfg(feature = "protobuf")]
    crate::protobuf::FORMAT,
];

/// How names stand in a page for a reader that knows only `[a-zA-Z0-9_:]`.
#[cfg(feature = "_page")]
pub(crate) const SCHEME: EscapingScheme = EscapingScheme::Underscores;

impl Format {
    /// The value of the `Content-Type` header. Prometheus 3 refuses a page without it.
    pub const fn content_type(&self) -> &'static str {
        self.content_type
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
    pub fn encoder(&self) -> Box<dyn Encoder> {
        (self.encoder)()
    }

    /// A whole registry as one page.
    pub fn generate_latest(&self, registry: &Registry) -> Vec<u8> {
        let mut encoder = self.encoder();
        encoder.encode(registry);
        encoder.take()
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.content_type).finish()
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
