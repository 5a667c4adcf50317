//! A request, its answer, and what is to be done about it.

use super::answer::{partial_success, status_message};
use crate::http_client::{Client, Request, RequestError, Url};
use crate::push::queue::Failure;
use crate::push::{Meter, PushError};
use std::time::Instant;
use ureq::http::Method;

/// Where points go, and how.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    pub(super) url: &'a Url,
    pub(super) client: &'a Client,
    pub(super) compresses: bool,
    pub(super) meter: &'a Meter,
    pub(super) deadline: Instant,
}

impl Sender<'_> {
    /// Sends a request of this many points.
    pub(super) fn send(&self, body: &[u8], points: u64) -> Result<(), Failure> {
        let mut headers = vec![("Content-Type", "application/x-protobuf")];
        headers.extend(self.compresses.then_some(("Content-Encoding", "gzip")));
        let timeout = self.deadline.saturating_duration_since(Instant::now());
        let request = Request { method: Method::POST, url: self.url, headers: &headers, body, timeout };
        let waits = |error: RequestError| Failure::Waits(error.into());
        let mut response = self.client.send(&request).map_err(waits)?;
        self.meter.sent(body.len());
        let status = response.status;
        if let Some(message) = status_message(&response).filter(|_| !response.is_success()) {
            response.body = message.into_bytes();
        }
        match response.checked() {
            Ok(response) => {
                let partial = partial_success(&response.body);
                self.meter.dropped(partial.rejected.min(points));
                if partial.rejected == 0 {
                    return Ok(());
                }
                let said = format!("{} rejected {} points: {}", self.url, partial.rejected, partial.message);
                Err(Failure::Refused(PushError::new(said).retry_at_interval()))
            }
            Err(error) if matches!(status, 429 | 502 | 503 | 504) => Err(waits(error)),
            Err(error) => {
                self.meter.dropped(points);
                Err(Failure::Refused(PushError::new(error).retry_at_interval()))
            }
        }
    }
}
