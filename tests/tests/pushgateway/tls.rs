//! Encrypted, with certificates made here.

use crate::app;
use crate::certificates::{Authority, Signed};
use crate::server::{Request, answer, read};
use metrics_core::Registry;
use metrics_exposition::http_client::{Options, Tls};
use metrics_exposition::pushgateway::Pushgateway;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

struct Server {
    url: String,
    requests: Receiver<Request>,
}

/// For `127.0.0.1`, if not told otherwise; asks for certificates of `clients`, if there are such.
fn serve(authority: &Authority, name: &str, clients: Option<&Authority>) -> Server {
    let own = authority.sign(name);
    let chain = vec![CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap();
    let provider = Arc::new(default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(clients.pem().as_bytes()).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let config = Arc::new(builder.with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let (seen, requests) = channel();
    thread::spawn(move || {
        for (connection, stream) in listener.incoming().enumerate() {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(session, stream.unwrap());
            while let Some(request) = read(&mut stream, connection) {
                let _ = seen.send(request);
                if stream.write_all(answer(200, "", "").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    Server { url, requests }
}

fn push(server: &Server, tls: Tls, registry: &Registry) -> Result<(), String> {
    let options = Options::new().basic_auth("user", "password").unwrap().tls(tls);
    let gateway = Pushgateway::new(&server.url, "j", registry).unwrap().http(&options);
    gateway.push().and_then(|()| gateway.push()).map_err(|error| error.to_string())
}

fn trusting(authority: &Authority) -> Tls {
    Tls::new().ca_certificates(authority.pem().as_bytes()).unwrap()
}

#[test]
fn a_server_with_a_certificate_of_ours() {
    let (authority, (registry, _app)) = (Authority::new(), app());
    let server = serve(&authority, "127.0.0.1", None);
    push(&server, trusting(&authority), &registry).unwrap();
    let requests: Vec<_> = server.requests.try_iter().collect();
    assert_eq!(requests.iter().map(|request| request.connection).collect::<Vec<_>>(), [0, 0], "one handshake");
    assert!(requests[0].head.contains("authorization: basic "), "{}", requests[0].head);
}

#[test]
fn servers_that_are_not_trusted() {
    let (ours, theirs, (registry, _app)) = (Authority::new(), Authority::new(), app());
    for (server, tls) in [
        (serve(&theirs, "127.0.0.1", None), trusting(&ours)),
        (serve(&theirs, "127.0.0.1", None), Tls::new()),
        (serve(&ours, "another.example", None), trusting(&ours)),
    ] {
        let error = push(&server, tls, &registry).unwrap_err();
        assert!(error.contains("invalid peer certificate"), "{error}");
        assert!(server.requests.try_recv().is_err(), "no password was sent");
        push(&server, Tls::new().danger_accept_any_certificate(), &registry).unwrap();
    }
}

#[test]
fn a_server_that_asks_who_we_are() {
    let (authority, others, (registry, _app)) = (Authority::new(), Authority::new(), app());
    let server = serve(&authority, "127.0.0.1", Some(&authority));
    let with = |Signed { certificate, key }| {
        trusting(&authority).client_certificate(certificate.as_bytes(), key.as_bytes()).unwrap()
    };
    push(&server, with(authority.sign("client")), &registry).unwrap();
    assert_eq!(server.requests.try_iter().count(), 2);
    assert!(push(&server, trusting(&authority), &registry).is_err());
    assert!(push(&server, with(others.sign("client")), &registry).is_err());
    assert_eq!(server.requests.try_iter().count(), 0);
}

#[test]
fn what_is_no_certificate_is_refused_at_once() {
    let authority = Authority::new();
    let (Signed { certificate: chain, key }, Signed { key: other, .. }) = (authority.sign("a"), authority.sign("b"));
    for pem in ["", "nonsense", &key, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(Tls::new().ca_certificates(pem.as_bytes()).is_err(), "{pem}");
    }
    let refused = |chain: &str, key: &str| {
        Tls::new().client_certificate(chain.as_bytes(), key.as_bytes()).unwrap_err().to_string()
    };
    assert!(refused("", &key).contains("no certificate"));
    assert!(refused(&chain, &chain).contains("no private key"));
    assert!(refused(&chain, &other).contains("does not go with"), "{}", refused(&chain, &other));
    let tls = Tls::new().client_certificate(chain.as_bytes(), key.as_bytes()).unwrap();
    assert_eq!(format!("{tls:?}"), "Tls { trusts_system: true, has_certificate: true, trusts_all: false }");
}
