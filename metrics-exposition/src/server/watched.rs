//! What is between a connection and hyper: it tells [`Patience`] what happens.

use super::patience::Patience;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection of any sort.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Has the system forget what the client has not taken, when this is dropped. Otherwise it would offer that to a client
    /// that takes nothing, megabytes of it, for many minutes more.
    fn forget_unsent(&self);
}

impl Stream for TcpStream {
    fn forget_unsent(&self) {
        // If it is closed already there is nothing to forget.
        let _ = self.set_zero_linger();
    }
}

#[cfg(unix)]
impl Stream for tokio::net::UnixStream {
    /// What is unsent belongs to both ends, and goes with either.
    fn forget_unsent(&self) {}
}

#[cfg(feature = "tls")]
impl Stream for tokio_rustls::server::TlsStream<Box<dyn Stream>> {
    fn forget_unsent(&self) {
        self.get_ref().0.forget_unsent();
    }
}

pub(super) struct WatchedStream {
    stream: Box<dyn Stream>,
    patience: Arc<Patience>,
}

impl WatchedStream {
    pub(super) fn new(stream: Box<dyn Stream>, patience: Arc<Patience>) -> Self {
        Self { stream, patience }
    }

    fn note<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match written {
            Poll::Pending => self.patience.blocked(),
            Poll::Ready(_) => self.patience.written(),
        }
        written
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut *self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.patience.received();
        }
        read
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut *self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut *self.stream).poll_write_vectored(cx, parts);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut *self.stream).poll_flush(cx);
        match flushed {
            Poll::Pending => self.patience.blocked(),
            Poll::Ready(_) => self.patience.flushed(),
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }
}

impl Drop for WatchedStream {
    fn drop(&mut self) {
        if self.patience.is_answering() {
            self.stream.forget_unsent();
        }
    }
}

/// A body that says when hyper has no more to do with it.
pub(super) struct WatchedBody<B> {
    body: B,
    patience: Arc<Patience>,
}

impl<B> WatchedBody<B> {
    pub(super) fn new(body: B, patience: Arc<Patience>) -> Self {
        Self { body, patience }
    }
}

impl<B: Body<Data = Bytes, Error = io::Error> + Unpin> Body for WatchedBody<B> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for WatchedBody<B> {
    fn drop(&mut self) {
        self.patience.answered();
    }
}
