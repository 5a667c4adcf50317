use crate::raw::{PATIENCE, ask};
use crate::small;
use metrics_exposition::server::{Listener, Options, Server, ServerError, start};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

fn served(path: &Path, permissions: u32) -> Result<Server, ServerError> {
    let server = start(Listener::unix(path, permissions)?, &small(), Options::new())?;
    assert_eq!(server.local_addr(), None);
    Ok(server)
}

fn assert_scraped(path: &Path) {
    let connection = UnixStream::connect(path).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(ask(connection, "GET", "/metrics", "").text().contains("jobs_total 3\n"));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_socket_is_there_while_its_server_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    for permissions in [0o600, 0o666] {
        let server = served(&path, permissions).unwrap();
        assert_scraped(&path);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, permissions);
        assert_eq!(names(folder.path()), ["metrics.sock"]);
        server.stop().unwrap();
        assert!(names(folder.path()).is_empty());
    }
}

#[test]
fn a_socket_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    let _server = served(&path, 0o600).unwrap();
    let error = served(&path, 0o600).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot listen on {}: ", path.display())) && error.contains("stop what"),
        "{error}"
    );
    assert_scraped(&path);

    // Also one whose owner takes nobody in.
    let path = folder.path().join("busy.sock");
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.bind(&socket2::SockAddr::unix(&path).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let mut clients = Vec::new();
    loop {
        let client = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
        client.set_nonblocking(true).unwrap();
        if client.connect(&socket2::SockAddr::unix(&path).unwrap()).is_err() {
            break;
        }
        clients.push(client);
    }
    served(&path, 0o600).unwrap_err();
    assert!(path.exists());
}

#[test]
fn a_socket_that_a_crash_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let _server = served(&path, 0o600).unwrap();
    assert_scraped(&path);
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, "precious").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for path in [&file, &link, folder.path()] {
        let error = served(path, 0o600).unwrap_err();
        assert!(matches!(&error, ServerError::NotASocket { path: found } if found == path), "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    assert!(link.is_symlink());
}

#[test]
fn a_socket_of_somebody_else_is_not_removed_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    let server = served(&path, 0o600).unwrap();
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    server.stop().unwrap();
    assert!(path.exists());
}

#[test]
fn one_of_many_that_start_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    let together = Barrier::new(8);
    let servers: Vec<_> = thread::scope(|scope| {
        let start = || {
            together.wait();
            served(&path, 0o600)
        };
        let all: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        all.into_iter().filter_map(|server| server.join().unwrap().ok()).collect()
    });
    assert_eq!(servers.len(), 1);
    assert_scraped(&path);
}

#[test]
fn a_folder_that_is_not_there() {
    let error = Listener::unix("/no such folder/metrics.sock", 0o600).unwrap_err().to_string();
    assert!(error.starts_with("cannot listen on /no such folder/metrics.sock: "), "{error}");
    let long = format!("/tmp/{}", "x".repeat(200));
    assert!(Listener::unix(&long, 0o600).unwrap_err().to_string().starts_with(&format!("cannot listen on {long}: ")));
}

#[test]
fn listeners_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    let server = start(UnixListener::bind(&path).unwrap(), &small(), Options::new()).unwrap();
    assert_scraped(&path);
    server.stop().unwrap();
    assert!(path.exists(), "who has made it removes it");
}
