use std::fmt;
use std::str::FromStr;

/// What several processes' values of one gauge become on the page of them all: `#[metric(multiprocess = "livesum")]`. As
/// in Python's client, and by its words.
///
/// ```
/// use metrics_core::model::GaugeMode;
/// assert_eq!("livesum".parse(), Ok(GaugeMode::LiveSum));
/// assert_eq!(GaugeMode::default().as_str(), "all");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum GaugeMode {
    /// A series for each process, with a label `pid`; also of processes that have ended.
    #[default]
    All,
    /// A series for each process that lives.
    LiveAll,
    /// The least value.
    Min,
    /// The least value of processes that live.
    LiveMin,
    /// The greatest value.
    Max,
    /// The greatest value of processes that live.
    LiveMax,
    /// All values added up.
    Sum,
    /// The values of processes that live, added up.
    LiveSum,
    /// The value that was set last; nothing if none was.
    MostRecent,
    /// The value that was set last by a process that lives.
    LiveMostRecent,
}

impl GaugeMode {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::All,
        Self::LiveAll,
        Self::Min,
        Self::LiveMin,
        Self::Max,
        Self::LiveMax,
        Self::Sum,
        Self::LiveSum,
        Self::MostRecent,
        Self::LiveMostRecent,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::LiveAll => "liveall",
            Self::Min => "min",
            Self::LiveMin => "livemin",
            Self::Max => "max",
            Self::LiveMax => "livemax",
            Self::Sum => "sum",
            Self::LiveSum => "livesum",
            Self::MostRecent => "mostrecent",
            Self::LiveMostRecent => "livemostrecent",
        }
    }

    /// Whether values of a process go with it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::LiveAll | Self::LiveMin | Self::LiveMax | Self::LiveSum | Self::LiveMostRecent)
    }

    /// Whether the time at which a value was set matters.
    pub const fn is_timed(self) -> bool {
        matches!(self, Self::MostRecent | Self::LiveMostRecent)
    }
}

impl fmt::Display for GaugeMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no [`GaugeMode`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownGaugeMode(pub String);

impl fmt::Display for UnknownGaugeMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no mode of a gauge; there are ", self.0)?;
        GaugeMode::ALL.iter().enumerate().try_for_each(|(n, mode)| {
            f.write_str(if n == 0 { "" } else { ", " })?;
            write!(f, "{mode}")
        })
    }
}

impl std::error::Error for UnknownGaugeMode {}

impl FromStr for GaugeMode {
    type Err = UnknownGaugeMode;

    fn from_str(word: &str) -> Result<Self, UnknownGaugeMode> {
        let found = Self::ALL.into_iter().find(|mode| mode.as_str() == word);
        found.ok_or_else(|| UnknownGaugeMode(word.to_owned()))
    }
}
