//! A Unix socket's file.

use super::error::ServerError;
use crate::random::random;
use socket2::{Domain, SockAddr, Socket, Type};
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// Dropped, it removes the file, if that is still the one it made.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    id: Id,
}

/// Device and inode.
type Id = (u64, u64);

impl SocketFile {
    pub(super) fn listen(path: &Path, permissions: u32) -> Result<(UnixListener, Self), ServerError> {
        let failed = |error| ServerError::listen(path.display(), error);
        // Relative to the folder of now, when it is removed.
        let path = std::path::absolute(path).map_err(failed)?;
        // A link may have a name that is too long to connect to.
        SockAddr::unix(&path).map_err(failed)?;
        let stale = stale(&path)?;
        let new = Temporary::beside(&path);
        let listener = UnixListener::bind(&new.0).map_err(failed)?;
        fs::set_permissions(&new.0, Permissions::from_mode(permissions)).map_err(failed)?;
        let id = id(&new.0).map_err(failed)?;
        if let Some(stale) = stale {
            // Somebody else may have put his there since.
            if self::id(&path).is_ok_and(|found| found == stale) {
                fs::remove_file(&path).map_err(failed)?;
            }
        }
        // Unlike a rename, a link takes nobody's place.
        fs::hard_link(&new.0, &path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => failed(ErrorKind::AddrInUse.into()),
            _ => failed(error),
        })?;
        Ok((listener, Self { path, id }))
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|id| id == self.id) {
            // Whoever starts next finds it stale.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A socket at which nobody listens; `None`: there is nothing.
fn stale(path: &Path) -> Result<Option<Id>, ServerError> {
    let failed = |error| ServerError::listen(path.display(), error);
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !found.file_type().is_socket() {
        return Err(ServerError::NotASocket { path: path.to_owned() });
    }
    match connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(Some((found.dev(), found.ino()))),
        // It was removed this moment.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // A backlog that is full, or no right to connect: somebody is there, or might be.
        Ok(()) | Err(_) => Err(failed(ErrorKind::AddrInUse.into())),
    }
}

/// Does not wait for a place in the backlog.
fn connect(path: &Path) -> io::Result<()> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)
}

fn id(path: &Path) -> io::Result<Id> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

/// The name under which a socket is made. Dropped, it is removed.
struct Temporary(PathBuf);

impl Temporary {
    fn beside(path: &Path) -> Self {
        // Short, as a socket's path has to be, and another one than that of who crashed here: in a container all have one
        // process id.
        Self(path.with_file_name(format!(".{:x}", random())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
