//! A connection that is kept open, and made again when it broke.

use super::Protocol;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Connection {
    address: String,
    protocol: Protocol,
    pub(super) longest: Duration,
    open: Option<Open>,
}

#[derive(Debug)]
enum Open {
    Tcp { stream: TcpStream, since: Instant },
    Udp(UdpSocket),
}

impl Connection {
    pub(super) fn new(address: String, protocol: Protocol) -> Self {
        Self { address, protocol, longest: Duration::from_secs(300), open: None }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn set_protocol(&mut self, protocol: Protocol) {
        (self.protocol, self.open) = (protocol, None);
    }

    /// Closes it if the server has done so, or if it is open for long. What is written to a connection that the server has
    /// closed vanishes without an error, the first time.
    pub(super) fn renew(&mut self) {
        let is_good = match &mut self.open {
            Some(Open::Tcp { stream, since }) => since.elapsed() < self.longest && is_open(stream),
            Some(Open::Udp(_)) | None => true,
        };
        if !is_good {
            self.open = None;
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Sends all of this, or fails and is closed: nobody knows how much of it has arrived.
    pub(super) fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let result = self.try_send(bytes, deadline);
        if result.is_err() {
            self.open = None;
        }
        // Of two systems one calls it so, that a time has passed.
        result.map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
            _ => error,
        })
    }

    fn try_send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(connect(&self.address, self.protocol, deadline)?),
        };
        match open {
            Open::Tcp { stream, .. } => write_all(stream, bytes, deadline),
            Open::Udp(socket) => socket.send(bytes).map(|_| ()),
        }
    }
}

fn write_all(stream: &mut TcpStream, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.set_write_timeout(Some(rest(deadline)?))?;
        match stream.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether the server has neither closed nor reset it. What the server says, if it says anything, is of no interest.
fn is_open(stream: &mut TcpStream) -> bool {
    let mut said = [0; 256];
    if stream.set_nonblocking(true).is_err() {
        return false;
    }
    // Not for ever: it may talk as fast as this reads.
    let is_open = (0..16).all(|_| match stream.read(&mut said) {
        Ok(read) => read > 0,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    });
    is_open && stream.set_nonblocking(false).is_ok()
}

/// To the first of its addresses that takes it. They are looked up each time, because a server may have moved.
fn connect(address: &str, protocol: Protocol, deadline: Instant) -> io::Result<Open> {
    let mut last = io::Error::new(ErrorKind::NotFound, "no such address");
    for address in address.to_socket_addrs()? {
        let open = match protocol {
            Protocol::Udp => connect_udp(address).map(Open::Udp),
            Protocol::Plaintext | Protocol::Pickle => rest(deadline).and_then(|rest| {
                let stream = TcpStream::connect_timeout(&address, rest)?;
                limit_silence(&stream);
                Ok(Open::Tcp { stream, since: Instant::now() })
            }),
        };
        match open {
            Ok(open) => return Ok(open),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Has the system give the connection up when what was sent is not acknowledged for so long: otherwise it tries for a quarter
/// of an hour, and all that is written meanwhile is lost with it. A system that has no such option tries for as long as it
/// does.
fn limit_silence(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, SILENCE);
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

/// In milliseconds. A server that stands still for longer, and not only a dead one, loses what is on the way to it.
#[cfg(target_os = "linux")]
const SILENCE: u32 = 60_000;

fn connect_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?,
        SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?,
    };
    socket.connect(address)?;
    // Sent or lost, but at once.
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn rest(deadline: Instant) -> io::Result<Duration> {
    let rest = deadline.saturating_duration_since(Instant::now());
    if rest.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(rest) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_system_gives_a_silent_connection_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut connection = Connection::new(listener.local_addr().unwrap().to_string(), Protocol::Plaintext);
        connection.send(b"a 1 1\n", Instant::now() + Duration::from_secs(20)).unwrap();
        let Some(Open::Tcp { stream, .. }) = &connection.open else { panic!("{connection:?}") };
        assert_eq!(rustix::net::sockopt::tcp_user_timeout(stream).unwrap(), SILENCE);
    }
}
