use super::error::ServerError;
#[cfg(unix)]
use super::unix::SocketFile;
use super::watched::Stream;
use socket2::{Domain, Protocol, Socket, Type};
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::task::{Context, Poll};

/// Connections that came in while the server was busy; the system takes less where it allows less.
const BACKLOG: i32 = 1024;

/// Where a server listens. It does so from now on: who connects before the server is started waits.
///
/// ```
/// use metrics_exposition::server::Listener;
///
/// let listener = Listener::tcp("127.0.0.1:0")?; // any port that is free
/// println!("metrics are at http://{}/metrics", listener.local_addr().expect("TCP has one"));
///
/// // One that something else has made, as systemd does.
/// let listener = Listener::from(std::net::TcpListener::bind("127.0.0.1:0")?);
/// # let _ = listener;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Listener(Kind);

#[derive(Debug)]
enum Kind {
    Tcp(std::net::TcpListener),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener, Option<SocketFile>),
}

impl Listener {
    /// At the first of these addresses where it can. `0.0.0.0` stands for all of this machine that are IPv4, `[::1]` is
    /// the machine itself by IPv6, port 0 any port that is free. Whether `[::]` takes IPv4, too, is up to the system: see
    /// [`dual_stack`](Self::dual_stack).
    ///
    /// # Errors
    /// If that is not possible at any of them, or a name cannot be resolved.
    pub fn tcp(address: impl ToSocketAddrs + fmt::Debug) -> Result<Self, ServerError> {
        let named = format!("{address:?}").trim_matches('"').to_owned();
        let addresses = address.to_socket_addrs().map_err(|error| ServerError::listen(&named, error))?;
        let mut last = None;
        for address in addresses {
            match listen(address, None) {
                Ok(listener) => return Ok(Self(Kind::Tcp(listener))),
                Err(error) => last = Some(ServerError::listen(address, error)),
            }
        }
        let none = || ServerError::listen(&named, io::Error::new(ErrorKind::InvalidInput, "it stands for no address"));
        Err(last.unwrap_or_else(none))
    }

    /// At all addresses of this machine, IPv6 and IPv4, whatever the system does by itself; where there is no IPv6, at
    /// those of IPv4.
    ///
    /// # Errors
    /// If that is not possible, for instance because the port is taken.
    pub fn dual_stack(port: u16) -> Result<Self, ServerError> {
        let (all, all_v4) =
            (SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)), SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
        let listener = listen(all, Some(false)).or_else(|error| match error.kind() {
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied => Err(ServerError::listen(all, error)),
            _ => listen(all_v4, None).map_err(|error| ServerError::listen(all_v4, error)),
        });
        Ok(Self(Kind::Tcp(listener?)))
    }

    /// At a Unix socket. Its file has these permissions (`0o660`) from the beginning, whatever the umask; to connect takes
    /// the right to write to it. It is removed when the server ends.
    ///
    /// A socket that is there already, and at which nobody listens, was left by a program that crashed: the new one takes its
    /// place. A file of another sort is left alone, and so is a socket at which somebody listens. The new one is made under
    /// another name of the folder first, so that nobody finds it half-done.
    ///
    /// Many systems take no path of more than 100 bytes, and there must be room for 20 behind the folder's.
    ///
    /// # Errors
    /// If that is not possible. Of two servers that start at the same time at one path, one has this error.
    #[cfg(unix)]
    pub fn unix(path: impl AsRef<std::path::Path>, permissions: u32) -> Result<Self, ServerError> {
        let (listener, file) = SocketFile::listen(path.as_ref(), permissions)?;
        Ok(Self(Kind::Unix(listener, Some(file))))
    }

    /// Where it listens, with the port that it has got. `None`: at a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.0 {
            Kind::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Kind::Unix(..) => None,
        }
    }

    /// To be called in a runtime.
    pub(super) fn polled(self) -> io::Result<Polled> {
        Ok(match self.0 {
            Kind::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                Polled::Tcp(tokio::net::TcpListener::from_std(listener)?)
            }
            #[cfg(unix)]
            Kind::Unix(listener, file) => {
                listener.set_nonblocking(true)?;
                Polled::Unix(tokio::net::UnixListener::from_std(listener)?, file)
            }
        })
    }
}

impl From<std::net::TcpListener> for Listener {
    fn from(listener: std::net::TcpListener) -> Self {
        Self(Kind::Tcp(listener))
    }
}

/// Who has made it removes its file.
#[cfg(unix)]
impl From<std::os::unix::net::UnixListener> for Listener {
    fn from(listener: std::os::unix::net::UnixListener) -> Self {
        Self(Kind::Unix(listener, None))
    }
}

fn listen(address: SocketAddr, only_v6: Option<bool>) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if let Some(only_v6) = only_v6 {
        socket.set_only_v6(only_v6)?;
    }
    // On Windows it would let two programs have one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A listener of a runtime. Dropped, it removes its socket's file.
pub(super) enum Polled {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, #[expect(dead_code, reason = "kept until it ends")] Option<SocketFile>),
}

impl Polled {
    /// A connection, and who it is from.
    pub(super) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Box<dyn Stream>, Origin)>> {
        match self {
            Self::Tcp(listener) => listener.poll_accept(cx).map_ok(|(stream, address)| {
                // It only makes answers of more than a packet slower. Without it, they are just that.
                let _ = stream.set_nodelay(true);
                (Box::new(stream) as Box<dyn Stream>, Origin::of(address.ip()))
            }),
            #[cfg(unix)]
            Self::Unix(listener, _) => {
                listener.poll_accept(cx).map_ok(|(stream, _)| (Box::new(stream) as Box<dyn Stream>, Origin::Local))
            }
        }
    }
}

/// Whom a connection belongs to, as far as addresses tell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Origin {
    V4(Ipv4Addr),
    /// Who has one address of a /64 has all of them.
    V6([u16; 4]),
    /// A Unix socket.
    #[cfg(unix)]
    Local,
}

impl Origin {
    pub(super) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}
