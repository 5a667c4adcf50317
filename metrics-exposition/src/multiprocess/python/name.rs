//! What the name of a file says: `counter_4711.db`, `gauge_livesum_4711.db`.

use crate::multiprocess::record::Mode;
use metrics_core::model::Kind;
use std::ffi::OsStr;

/// What is in a file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(in crate::multiprocess) enum Role {
    Counter,
    Gauge(Mode),
    Histogram,
    Summary,
}

impl Role {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Counter => Kind::Counter,
            Self::Gauge(_) => Kind::Gauge,
            Self::Histogram => Kind::Histogram,
            Self::Summary => Kind::Summary,
        }
    }

    pub(super) const fn mode(self) -> Mode {
        if let Self::Gauge(mode) = self { mode } else { Mode::Unset }
    }
}

fn gauge_mode(name: &str) -> Option<Mode> {
    Some(match name {
        "all" => Mode::All,
        "liveall" => Mode::LiveAll,
        "min" => Mode::Min,
        "livemin" => Mode::LiveMin,
        "max" => Mode::Max,
        "livemax" => Mode::LiveMax,
        "sum" => Mode::Sum,
        "livesum" => Mode::LiveSum,
        "mostrecent" => Mode::MostRecent,
        "livemostrecent" => Mode::LiveMostRecent,
        _ => return None,
    })
}

/// The role of a file with this name, and the identifier of its process: all that is behind the role, so that it may
/// hold `_`, at which the client's own reader cuts it. Nothing if the client makes no file with such a name.
pub(in crate::multiprocess) fn parse(name: &OsStr) -> Option<(Role, &str)> {
    let name = name.to_str()?.strip_suffix(".db")?;
    let (kind, rest) = name.split_once('_')?;
    Some(match kind {
        "counter" => (Role::Counter, rest),
        "histogram" => (Role::Histogram, rest),
        "summary" => (Role::Summary, rest),
        "gauge" => {
            let (mode, identifier) = rest.split_once('_')?;
            (Role::Gauge(gauge_mode(mode)?), identifier)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_client() {
        let role = |name: &'static str| parse(OsStr::new(name));
        assert_eq!(role("counter_4711.db"), Some((Role::Counter, "4711")));
        assert_eq!(role("histogram_4711.db"), Some((Role::Histogram, "4711")));
        assert_eq!(role("summary_4711.db"), Some((Role::Summary, "4711")));
        assert_eq!(role("gauge_all_4711.db"), Some((Role::Gauge(Mode::All), "4711")));
        assert_eq!(role("gauge_livemostrecent_1.db"), Some((Role::Gauge(Mode::LiveMostRecent), "1")));
    }

    #[test]
    fn identifiers_are_whole() {
        assert_eq!(parse(OsStr::new("counter_worker_1.db")), Some((Role::Counter, "worker_1")));
        let (mode, identifier) = (Mode::Min, "uwsgi_all_é.db");
        assert_eq!(parse(OsStr::new("gauge_min_uwsgi_all_é.db.db")), Some((Role::Gauge(mode), identifier)));
    }

    #[test]
    fn other_names_are_of_others() {
        for name in
            ["app.db", "counter.db", "counter_1.dbx", "gauge_1.db", "gauge_median_1.db", "enum_1.db", "Counter_1.db"]
        {
            assert_eq!(parse(OsStr::new(name)), None, "{name}");
        }
    }
}
