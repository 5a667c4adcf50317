//! A server in a process that may open no more files. One test, because the limit is the process's.

#![cfg(target_os = "linux")]

use metrics_core::{Metrics, Registry};
use metrics_exposition::server::{Listener, Options, ServerMetrics, start};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};
use std::fs::File;
use std::io::{Read, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn without_files_it_waits_and_does_not_spin() {
    let registry = Registry::new();
    let options = Options::new().metrics(ServerMetrics::register_in(&registry).unwrap());
    let server = start(Listener::tcp("127.0.0.1:0").unwrap(), &registry, options).unwrap();
    let failures = || registry.get_sample_value("metrics_exposition_server_accept_failures_total", &[]).unwrap();

    // Few, so that there is no need to open many; the clients have theirs already.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum }).unwrap();
    let clients: Vec<_> = (0..10).map(|_| Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()).collect();
    let mut files: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(!files.is_empty());

    let begun = Instant::now();
    for client in &clients {
        client.connect(&server.local_addr().unwrap().into()).unwrap();
        (&*client).write_all(b"GET /-/healthy HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    }
    while failures() < 5.0 {
        assert!(begun.elapsed() < PATIENCE);
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_secs(1));
    // Pauses of 50, 100, 200, 400, 800 ms, and then one each second.
    let most = 6.0 + begun.elapsed().as_secs_f64();
    assert!(failures() <= most, "{} in {:?}", failures(), begun.elapsed());

    files.truncate(1);
    for mut client in clients {
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("The server answers.\n"), "{answer}");
    }
    server.stop().unwrap();
}
