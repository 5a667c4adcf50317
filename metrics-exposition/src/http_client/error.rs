use super::Url;
use crate::push::PushError;
use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// Why a request did not succeed.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// The server answered, and did not do it.
    #[non_exhaustive]
    Refused {
        /// Where it answered, without a query.
        url: String,
        /// The status: `400`.
        status: u16,
        /// The beginning of what it said.
        message: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// There was no answer.
    #[non_exhaustive]
    Failed {
        /// Where it would have come from, without a query.
        url: String,
        /// What happened.
        source: io::Error,
    },
    /// It is not made, now or later.
    #[non_exhaustive]
    Impossible {
        /// Where it would have gone, without a query.
        url: String,
        /// What is wrong, and what can be done about it.
        why: String,
    },
}

impl RequestError {
    pub(super) fn failed(url: &Url, source: io::Error) -> Self {
        Self::Failed { url: url.to_string(), source }
    }

    pub(crate) fn impossible(url: &Url, why: impl Into<String>) -> Self {
        Self::Impossible { url: url.to_string(), why: why.into() }
    }

    /// Errors of the client, among which are some that a user has to do something about.
    pub(super) fn of_client(url: &Url, error: ureq::Error) -> Self {
        match error {
            ureq::Error::Io(source) => Self::failed(url, source),
            ureq::Error::Timeout(phase) => {
                Self::failed(url, io::Error::new(io::ErrorKind::TimedOut, format!("timed out ({phase})")))
            }
            ureq::Error::TlsRequired | ureq::Error::Tls(_) if !cfg!(feature = "tls") => {
                Self::impossible(url, "`https` takes the feature `tls` of metrics-exposition")
            }
            error => Self::failed(url, io::Error::other(error)),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { url, status, message, .. } if message.is_empty() => write!(f, "{url} answered {status}"),
            Self::Refused { url, status, message, .. } => write!(f, "{url} answered {status}: {message}"),
            Self::Failed { url, source } => write!(f, "{url}: {source}"),
            Self::Impossible { url, why } => write!(f, "{url}: {why}"),
        }
    }
}

impl Error for RequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source),
            Self::Refused { .. } | Self::Impossible { .. } => None,
        }
    }
}

/// What may go away is tried again soon, or when the server said; what would fail in the same way, with the next values.
impl From<RequestError> for PushError {
    fn from(error: RequestError) -> Self {
        let (is_final, after) = match &error {
            RequestError::Refused { status, retry_after, .. } => {
                (!matches!(status, 408 | 425 | 429 | 500..), *retry_after)
            }
            RequestError::Failed { .. } => (false, None),
            RequestError::Impossible { .. } => (true, None),
        };
        let push_error = Self::new(error);
        match (is_final, after) {
            (true, _) => push_error.retry_at_interval(),
            (false, Some(time)) => push_error.retry_after(time),
            (false, None) => push_error,
        }
    }
}
