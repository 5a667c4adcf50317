use std::fmt;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Why a server could not start, or not end well. It names what it is about, and the way out.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// It cannot listen there.
    Listen {
        /// The address as it was given, or a socket's path.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is a file where a Unix socket is to be, and it is none. It was left alone.
    NotASocket {
        /// Its path.
        path: PathBuf,
    },
    /// A user with an empty name or with a colon in it, an empty token or one with characters that no header may have,
    /// or credentials that are longer than 3,000 bytes. What it is, is not said.
    Credentials,
    /// A path that is not an absolute one: `/metrics`.
    Path {
        /// It.
        path: String,
    },
    /// A file for TLS cannot be used.
    Tls {
        /// Its path.
        file: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// When the server was stopped, not all answers were over [in time](super::Options::stop_time): their connections were
    /// broken off, so that no client takes what it has for a page.
    BrokenOff {
        /// How many.
        connections: usize,
    },
    /// The system gives no thread, or none of what an event loop needs.
    Thread {
        /// What the system says.
        source: io::Error,
    },
}

impl ServerError {
    pub(super) fn listen(address: impl fmt::Display, source: io::Error) -> Self {
        Self::Listen { address: address.to_string(), source }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address}: {source}")?;
                f.write_str(match source.kind() {
                    ErrorKind::AddrInUse => {
                        "; stop what listens there already, or take another address (port 0 is any port that is free)"
                    }
                    ErrorKind::PermissionDenied => {
                        "; ports below 1024 take a privilege (on Linux CAP_NET_BIND_SERVICE), and a socket the right to \
                         write to its folder"
                    }
                    ErrorKind::AddrNotAvailable => {
                        "; no interface of this machine has this address (0.0.0.0 and [::] stand for all that there are)"
                    }
                    _ => "",
                })
            }
            Self::NotASocket { path } => {
                write!(f, "cannot listen on {}: there is a file that is no socket; remove it, or take another path", path.display())
            }
            Self::Credentials => f.write_str(
                "the user is empty or has a colon, or the token is empty or has characters other than visible ASCII ones, or \
                 they are longer than 3,000 bytes",
            ),
            Self::Path { path } => write!(f, "the path {path:?} is not one that a request can have: it begins with /, as /metrics"),
            Self::Tls { file, source } => write!(f, "{}: {source}", file.display()),
            Self::BrokenOff { connections } => write!(
                f,
                "{connections} connections were broken off, because their answers were not over in time (stop_time)"
            ),
            Self::Thread { source } => write!(f, "no thread for the server: {source}"),
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Thread { source } => Some(source),
            Self::Tls { source, .. } => Some(&**source),
            Self::NotASocket { .. } | Self::Credentials | Self::Path { .. } | Self::BrokenOff { .. } => None,
        }
    }
}
