//! How requests are made by the backends that push over HTTP: what they have in common, which is set by [`Options`].
//!
//! ```
//! use metrics_exposition::http_client::Options;
//! use std::time::Duration;
//!
//! let options = Options::new()
//!     .basic_auth("batch", "a secret")?
//!     .header("X-Scope-OrgID", "shop")?
//!     .connect_timeout(Duration::from_secs(2));
//! assert!(!format!("{options:?}").contains("secret"));
//! # Ok::<(), metrics_exposition::http_client::InvalidOption>(())
//! ```
//!
//! - A request takes its [timeout](crate::push::Options::timeout) at most, with the lookup of the name, the handshake and all
//!   redirects. A lookup cannot be stopped: it is left behind on a thread of its own, until the system gives up.
//! - Redirects (301, 302, 303, 307, 308) are followed up to five times, with the method and the body as they are. The password,
//!   the token and headers that were set here go to the scheme, host and port that they were meant for, and nowhere else.
//!   From `https` nothing goes on to `http`.
//! - The connection is kept open from one push to the next, for 90 s at most.
//! - Of an answer 64 KiB are read.
//! - Variables of the environment, as `HTTP_PROXY`, change nothing.
//! - `https` takes the feature `tls`, and with it a C compiler, for the cryptography of [ring][ring]; what is installed as
//!   the process' default provider of rustls is used instead of that.
//!
//! [ring]: https://docs.rs/ring

mod client;
mod error;
mod options;
mod response;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;
mod url;

#[cfg(any(feature = "otlp", feature = "pushgateway"))]
pub(crate) use client::gzip;
pub(crate) use client::{Client, Request};
pub use error::RequestError;
pub use options::{InvalidOption, Options};
pub(crate) use response::Response;
#[cfg(feature = "tls")]
pub use tls::Tls;
pub(crate) use url::Url;
