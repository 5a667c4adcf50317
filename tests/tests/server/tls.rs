use crate::certificates::{Authority, Signed, write};
use crate::raw::{ask, connect, get, is_ended, rest, send, until};
use crate::{Served, large, small};
use metrics_exposition::server::{Listener, Options, ServerError, Tls, start};
use metrics_exposition::text;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const NAME: &str = "shop.test";
const LONG: Duration = Duration::from_secs(600);

/// A folder with the files of a server, and who has signed them.
struct Files {
    folder: TempDir,
    authority: Authority,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap(), authority: Authority::new() };
        files.write(&files.authority.sign(NAME));
        files
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, signed: &Signed) {
        write(self.path(), "key", &signed.key);
        write(self.path(), "certificate", &signed.certificate);
    }

    fn tls(&self) -> Tls {
        Tls::new(self.path().join("certificate"), self.path().join("key"))
    }

    fn client(&self) -> Client {
        Client { trusts: self.authority.pem(), shows: None, versions: vec![&TLS13, &TLS12] }
    }
}

struct Client {
    trusts: String,
    shows: Option<Signed>,
    versions: Vec<&'static SupportedProtocolVersion>,
}

impl Client {
    fn connect(&self, server: SocketAddr) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.trusts.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&self.versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match &self.shows {
            Some(signed) => {
                let chain = vec![CertificateDer::from_pem_slice(signed.certificate.as_bytes()).unwrap()];
                let key = PrivateKeyDer::from_pem_slice(signed.key.as_bytes()).unwrap();
                config.with_client_auth_cert(chain, key).unwrap()
            }
            None => config.with_no_client_auth(),
        };
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from(NAME).unwrap()).unwrap();
        StreamOwned::new(connection, connect(server))
    }

    /// An error: no handshake.
    fn shaken(&self, server: SocketAddr) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let mut stream = self.connect(server);
        // In TLS 1.3 the server's refusal of a certificate comes behind the handshake of the client.
        write!(stream, "GET /-/healthy HTTP/1.1\r\nHost: test\r\n\r\n")?;
        let mut line = [0; 12];
        io::Read::read_exact(&mut stream, &mut line)?;
        assert_eq!(&line, b"HTTP/1.1 200");
        Ok(stream)
    }
}

#[test]
fn scraped_over_tls() {
    let (files, registry) = (Files::new(), large());
    let served = Served::new(&registry, Options::new().tls(files.tls()).basic_auth("user", "secret"));
    for version in [&TLS12, &TLS13] {
        let client = Client { versions: vec![version], ..files.client() };
        let answer = ask(client.connect(served.at), "GET", "/metrics", "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n");
        assert!(answer.whole && answer.body == text::generate_latest(&registry), "{} bytes", answer.body.len());
        assert_eq!(ask(client.connect(served.at), "GET", "/metrics", "").status, 401);
    }
    assert_eq!(served.ended("handshake"), 0.0);
    served.server.stop().unwrap();
}

#[test]
fn who_speaks_no_tls_is_refused() {
    let files = Files::new();
    let served = Served::new(&small(), Options::new().tls(files.tls()));
    let mut plain = connect(served.at);
    send(&mut plain, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
    assert!(!String::from_utf8_lossy(&rest(&mut plain)).contains("HTTP/"));
    served.wait_ended("handshake", 1);
    // Who only looks whether somebody is there is no failure.
    drop(connect(served.at));
    until("it is gone", || served.open() == 0.0);
    assert_eq!(served.ended("handshake"), 1.0);

    let stranger = Client { trusts: Authority::new().pem(), ..files.client() };
    assert!(stranger.shaken(served.at).is_err());
    files.client().shaken(served.at).unwrap();
}

#[test]
fn clients_need_a_certificate() {
    let files = Files::new();
    let clients = Authority::new();
    let client_ca = write(files.path(), "clients", &clients.pem());
    let served = Served::new(&small(), Options::new().tls(files.tls().client_ca(client_ca)));
    for version in [&TLS12, &TLS13] {
        let client = |shows| Client { shows, versions: vec![version], ..files.client() };
        let known = client(Some(clients.sign("prometheus.test")));
        assert!(ask(known.connect(served.at), "GET", "/metrics", "").text().contains("jobs_total 3\n"));
        assert!(client(None).shaken(served.at).is_err());
        assert!(client(Some(Authority::new().sign("prometheus.test"))).shaken(served.at).is_err());
        // The server's authority is not that of its clients.
        assert!(client(Some(files.authority.sign("prometheus.test"))).shaken(served.at).is_err());
    }
    served.wait_ended("handshake", 6);
}

#[test]
fn changed_files_are_taken_into_use() {
    let files = Files::new();
    let clients = Authority::new();
    let client_ca = write(files.path(), "clients", &clients.pem());
    let served = Served::new(&small(), Options::new().tls(files.tls().client_ca(client_ca)));
    let reloads = || (served.count("certificate_reloads_total", &[]), served.count("certificate_failures_total", &[]));
    let old = Client { shows: Some(clients.sign("old.test")), ..files.client() };
    let mut open = old.shaken(served.at).unwrap();

    // The certificate without its key: the old ones are kept.
    let (next, next_clients) = (Authority::new(), Authority::new());
    let signed = next.sign(NAME);
    write(files.path(), "certificate", &signed.certificate);
    until("a failure", || old.shaken(served.at).is_ok() && reloads().1 >= 1.0);
    fs::remove_file(files.path().join("key")).unwrap();
    let failures = reloads().1;
    until("another one", || old.shaken(served.at).is_ok() && reloads().1 > failures);
    assert_eq!(reloads().0, 0.0);

    files.write(&signed);
    let new = Client { trusts: next.pem(), shows: Some(clients.sign("new.test")), versions: vec![&TLS13] };
    until("the new certificate", || new.shaken(served.at).is_ok());
    assert!(old.shaken(served.at).is_err());
    assert_eq!(reloads().0, 1.0);

    write(files.path(), "clients", &next_clients.pem());
    let known = Client { trusts: next.pem(), shows: Some(next_clients.sign("new.test")), versions: vec![&TLS12] };
    until("the new authority of clients", || known.shaken(served.at).is_ok());
    assert!(new.shaken(served.at).is_err());

    // What was open stays so.
    write!(open, "GET /-/healthy HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    assert!(rest(&mut open).ends_with(b"The server answers.\n"));
}

#[test]
fn handshakes_without_an_end() {
    let files = Files::new();
    let options = Options::new().tls(files.tls()).header_time(Duration::from_millis(300));
    let served = Served::new(&small(), options);
    let mut silent = connect(served.at);
    let mut begun = connect(served.at);
    // A record of 512 bytes, of which these are the first.
    begun.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").unwrap();
    // The handshake takes of the time that the headers have.
    let mut shaken = files.client().connect(served.at);
    shaken.write_all(b"GET").unwrap();
    assert!(is_ended(&mut silent) && is_ended(&mut begun));
    assert_eq!(rest(&mut shaken), b"");
    served.wait_ended("headers_late", 3);
}

#[test]
fn handshakes_without_an_end_keep_no_scraper_out() {
    let files = Files::new();
    let served = Served::new(&small(), Options::new().tls(files.tls()).header_time(LONG).max_connections(20));
    let mut all = Vec::new();
    for _ in 0..300 {
        let mut connection = connect(served.at);
        let _ = connection.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
        all.push(connection);
    }
    for _ in 0..10 {
        assert!(ask(files.client().connect(served.at), "GET", "/metrics", "").text().contains("jobs_total 3\n"));
    }
    assert!(served.ended("displaced") >= 280.0, "{}", served.ended("displaced"));
}

#[test]
fn files_that_cannot_be_used() {
    let files = Files::new();
    let other = Authority::new().sign(NAME);
    write(files.path(), "other key", &other.key);
    write(files.path(), "empty", "");
    write(files.path(), "text", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    write(files.path(), "long", &"x".repeat(5 << 20));
    let path = |name: &str| files.path().join(name);
    let of = |certificate: &str, key: &str| Tls::new(path(certificate), path(key));
    let table = [
        (of("none", "key"), "none"),
        (of("certificate", "none"), "none"),
        (of("empty", "key"), "empty"),
        (of("text", "key"), "text"),
        (of("long", "key"), "long"),
        (of("certificate", "empty"), "empty"),
        (of("certificate", "certificate"), "certificate"),
        (of("certificate", "other key"), "certificate"),
        (of("key", "key"), "key"),
        (files.tls().client_ca(path("none")), "none"),
        (files.tls().client_ca(path("empty")), "empty"),
    ];
    for (tls, culprit) in table {
        let error = start(Listener::tcp("127.0.0.1:0").unwrap(), &small(), Options::new().tls(tls)).unwrap_err();
        let ServerError::Tls { file, .. } = &error else { panic!("{error}") };
        assert_eq!(*file, path(culprit), "{error}");
        println!("{error}");
    }
}

/// A server with TLS and one without, of one registry.
#[test]
fn both_at_a_time() {
    let (files, registry) = (Files::new(), small());
    let (tls, plain) =
        (Served::new(&registry, Options::new().tls(files.tls())), Served::new(&registry, Options::new()));
    files.client().shaken(tls.at).unwrap();
    assert_eq!(get(plain.at, "/metrics").status, 200);
}
