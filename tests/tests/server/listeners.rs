use crate::raw::get;
use crate::small;
use metrics_exposition::server::{Listener, Options, ServerError, start, start_http_server};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

/// Whether this machine has IPv6 on its loopback, as told by something else than what is tested.
fn has_v6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[test]
fn ipv6() {
    if !has_v6() {
        return println!("SKIPPED: no IPv6 on this machine");
    }
    let server = start_http_server("[::1]:0", &small()).unwrap();
    let at = server.local_addr().unwrap();
    assert!(at.is_ipv6());
    assert!(get(at, "/metrics").text().contains("jobs_total 3\n"));
}

#[test]
fn dual_stack() {
    let server = start(Listener::dual_stack(0).unwrap(), &small(), Options::new()).unwrap();
    let at = server.local_addr().unwrap();
    assert_eq!(at.is_ipv6(), has_v6());
    let mut addresses = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, at.port()))];
    addresses.extend(has_v6().then_some(SocketAddr::from((Ipv6Addr::LOCALHOST, at.port()))));
    for address in addresses {
        assert!(get(address, "/metrics").text().contains("jobs_total 3\n"), "{address}");
    }
    let error = Listener::dual_stack(at.port()).unwrap_err();
    assert!(error.to_string().contains(&format!("cannot listen on {at}: ")), "{error}");
}

#[test]
fn listeners_of_others() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = start(listener, &small(), Options::new()).unwrap();
    assert_eq!(get(server.local_addr().unwrap(), "/metrics").status, 200);
}

#[test]
fn a_name_and_a_port() {
    let server = start_http_server(("localhost", 0), &small()).unwrap();
    assert_eq!(get(server.local_addr().unwrap(), "/metrics").status, 200);
}

#[test]
fn a_port_in_use() {
    let server = start_http_server("127.0.0.1:0", &small()).unwrap();
    let at = server.local_addr().unwrap();
    let error = start_http_server(at, &small()).unwrap_err();
    let ServerError::Listen { address, source } = &error else { panic!("{error}") };
    assert_eq!((address, source.kind()), (&at.to_string(), ErrorKind::AddrInUse));
    let text = error.to_string();
    assert!(text.starts_with(&format!("cannot listen on {at}: ")) && text.contains("port 0"), "{text}");
}

#[test]
fn addresses_that_cannot_be() {
    // 203.0.113.0/24 is for documents alone, RFC 5737.
    let error = Listener::tcp("203.0.113.1:0").unwrap_err().to_string();
    assert!(error.starts_with("cannot listen on 203.0.113.1:0: ") && error.contains("no interface"), "{error}");
    for address in ["127.0.0.1", "127.0.0.1:70000", "no such host:9090"] {
        let error = Listener::tcp(address).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot listen on {address}: ")), "{error}");
    }
    let error = Listener::tcp(&[] as &[SocketAddr]).unwrap_err().to_string();
    assert!(error.starts_with("cannot listen on []: "), "{error}");
}

/// Who runs the tests may be allowed to take them.
#[test]
fn ports_that_take_a_privilege() {
    let source = io::Error::from(ErrorKind::PermissionDenied);
    let error = ServerError::Listen { address: "0.0.0.0:80".into(), source };
    assert!(error.to_string().contains("ports below 1024"), "{error}");
    if let Err(error) = Listener::tcp("127.0.0.1:1") {
        assert!(error.to_string().contains("ports below 1024"), "{error}");
    }
}
