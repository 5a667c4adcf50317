use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// Why a push did not succeed.
///
/// ```
/// use metrics_exposition::push::PushError;
/// use std::time::Duration;
///
/// let full = PushError::new("storage.example: 429, too many requests").retry_after(Duration::from_secs(20));
/// assert_eq!(full.to_string(), "storage.example: 429, too many requests");
/// ```
#[derive(Debug)]
pub struct PushError {
    source: Box<dyn Error + Send + Sync>,
    pub(super) retry: Retry,
}

/// When to try again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Retry {
    /// Soon, and later each time that it fails again.
    BackOff,
    /// As the server said.
    After(Duration),
    /// With the next values: for these it would fail in the same way.
    AtInterval,
}

impl PushError {
    /// An error that may go away: the loop tries again before the next interval.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: source.into(), retry: Retry::BackOff }
    }

    /// Not before so much time has passed.
    #[must_use]
    pub fn retry_after(self, time: Duration) -> Self {
        Self { retry: Retry::After(time), ..self }
    }

    /// Not before the next interval, because the same values would fail in the same way.
    #[must_use]
    pub fn retry_at_interval(self) -> Self {
        Self { retry: Retry::AtInterval, ..self }
    }
}

impl From<io::Error> for PushError {
    fn from(error: io::Error) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// What is shown is what caused it, so that its source is what caused that.
impl Error for PushError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}
