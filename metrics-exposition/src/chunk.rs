//! What a body is sent in, and where its memory goes.

use std::fmt;
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, Mutex, TryLockError};

/// A part of a page, as bytes.
///
/// Give the chunk itself to the server, as `Bytes::from_owner(chunk)`: once it is dropped, its memory serves a page to
/// come. A `Vec` made of it keeps that memory, or is a copy, if the page is shared with another scrape.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::http::{Chunk, Request, handle};
///
/// for chunk in handle(Registry::global(), &Request::new("GET", &[])).body {
///     let chunk: Chunk = chunk?;
///     let bytes: &[u8] = &chunk;
///     let owned = Vec::from(chunk);
/// #   let _ = owned;
/// }
/// # Ok::<(), metrics_exposition::http::Broken>(())
/// ```
pub struct Chunk {
    bytes: Vec<u8>,
    is_page: bool,
    /// Whose bytes it has, instead of its own.
    shared: Option<Arc<Self>>,
}

/// Left to the allocator, megabytes stay where a thread once had them: on a pool for blocking work each scrape is
/// another thread's, and glibc gives threads up to 8 heaps a core.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// As many scrapes as are answered at a time, as a rule.
const KEPT: usize = 4;

/// Memory for a page.
pub(crate) fn spare() -> Vec<u8> {
    with_spare(Vec::pop).flatten().unwrap_or_default()
}

/// Does not wait: whoever finds it locked goes without, also a fork of a process that was just here.
fn with_spare<R>(f: impl FnOnce(&mut Vec<Vec<u8>>) -> R) -> Option<R> {
    match SPARE.try_lock() {
        Ok(mut spare) => Some(f(&mut spare)),
        Err(TryLockError::Poisoned(error)) => Some(f(&mut error.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}

impl Chunk {
    /// Its memory will be a [`spare`] one.
    pub(crate) fn page(mut bytes: Vec<u8>) -> Self {
        // A buffer that doubles is up to twice as large as its page, and a client may keep it for long. The next page
        // may be a little longer.
        bytes.shrink_to((bytes.len() + bytes.len() / 4).max(64 << 10));
        Self { bytes, is_page: true, shared: None }
    }

    pub(crate) fn small(bytes: Vec<u8>) -> Self {
        Self { bytes, is_page: false, shared: None }
    }

    /// One of several that have the bytes of one.
    pub(crate) fn shared(of: Arc<Self>) -> Self {
        Self { bytes: Vec::new(), is_page: false, shared: Some(of) }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let bytes = mem::take(&mut self.bytes);
        if self.is_page && bytes.capacity() > 0 {
            with_spare(|spare| {
                if spare.len() < KEPT {
                    spare.push(bytes);
                }
            });
        }
    }
}

impl Deref for Chunk {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.shared.as_ref().map_or(&self.bytes, |shared| &shared.bytes)
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Chunk> for Vec<u8> {
    fn from(mut chunk: Chunk) -> Self {
        match chunk.shared.take().map(Arc::try_unwrap) {
            None => mem::take(&mut chunk.bytes),
            Some(Ok(last)) => last.into(),
            Some(Err(others)) => others.bytes.clone(),
        }
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("len", &self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Request, handle};
    use metrics_core::Registry;

    /// The only one that looks at what all share.
    #[test]
    fn memory_of_pages_goes_round() {
        let registry = Registry::new();
        let page = || handle(&registry, &Request::new("GET", &[b"application/openmetrics-text"])).body.next();
        let first = page().unwrap().unwrap();
        assert_eq!(&*first, b"# EOF\n");
        let address = first.as_ptr();
        assert_ne!(page().unwrap().unwrap().as_ptr(), address, "while the first is in use");
        drop(first);
        assert_eq!(page().unwrap().unwrap().as_ptr(), address);

        let pages: Vec<_> = (0..KEPT + 2).map(|_| page()).collect();
        drop(pages);
        assert_eq!((0..KEPT + 2).filter(|_| spare().capacity() > 0).count(), KEPT);

        let kept = Vec::from(page().unwrap().unwrap());
        drop(Chunk::small(vec![0; 100]));
        assert_eq!((&*kept, spare().capacity()), (&b"# EOF\n"[..], 0));
    }
}
