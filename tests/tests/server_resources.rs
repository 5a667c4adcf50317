//! What a flood costs the process: threads, files and memory. One test at a time, because all of that is the process's.

#![cfg(target_os = "linux")]

use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, LabelSet, Metrics, Registry};
use metrics_exposition::server::{Listener, Options, Server, ServerMetrics, start};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(600);

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A registry whose page is longer than what is built at once and the kernel keeps for a client, a server of it, and a
/// count of that.
fn served(options: Options) -> (Server, impl Fn(&str) -> f64) {
    #[derive(LabelSet)]
    struct Item<'a> {
        item: &'a str,
    }
    let (registry, counts) = (Registry::new(), Registry::new());
    for family in 0..2 {
        let items = Family::<Item<'static>, Counter>::new();
        for k in 0..9_000u64 {
            items.with(&Item { item: &format!("{k}{}", "x".repeat(1_000)) }).inc_by(k);
        }
        registry.register(Definition::new(format!("items_{family}"), "Items."), Arc::new(items)).unwrap();
    }
    let options = options.metrics(ServerMetrics::register_in(&counts).unwrap());
    let server = start(Listener::tcp("127.0.0.1:0").unwrap(), &registry, options).unwrap();
    let count = move |name: &str| counts.get_sample_value(&format!("metrics_exposition_server_{name}"), &[]).unwrap();
    (server, count)
}

fn socket() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // What the kernel keeps for a client is not what this is about.
    socket.set_recv_buffer_size(16 << 10).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn ask(mut socket: &Socket, server: &Server, path: &str) {
    socket.connect(&server.local_addr().unwrap().into()).unwrap();
    // Of a flood, some are ended by then.
    let _ = write!(socket, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited for {what}");
        sleep(Duration::from_millis(20));
    }
}

/// A number of `/proc/self/status`.
fn status(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches([':', '\t', ' ', 'k', 'B']).parse().unwrap()
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn a_flood_costs_what_its_limits_say() {
    const CONNECTIONS: usize = 10;
    const CLIENTS: usize = 300;
    let _alone = alone();
    let options = Options::new().max_connections(CONNECTIONS).header_time(LONG).idle_time(LONG).read_time(LONG);
    let (server, count) = served(options);
    // A page that was read, so that what is there once is there.
    let mut one = socket();
    ask(&one, &server, "/metrics");
    let mut page = Vec::new();
    one.read_to_end(&mut page).unwrap();
    assert!(page.ends_with(b"\r\n0\r\n\r\n"), "{} bytes", page.len());
    drop((one, page));
    wait_for("it to be gone", || count("open_connections") == 0.0);
    let (threads, files, memory) = (status("Threads"), open_files(), status("VmRSS"));

    // They ask for the page and read nothing, or ask for nothing; and again, when those before are stuck.
    let (mut clients, mut most) = (Vec::new(), (0, 0, 0));
    while clients.len() < CLIENTS {
        let more: Vec<_> = (0..CLIENTS / 3).map(|_| socket()).collect();
        for (k, client) in more.iter().enumerate() {
            match k % 3 {
                0 => client.connect(&server.local_addr().unwrap().into()).unwrap(),
                _ => ask(client, &server, "/metrics"),
            }
        }
        clients.extend(more);
        wait_for("all to have come", || count("connections_total") > clients.len() as f64);
        let came = Instant::now();
        while came.elapsed() < Duration::from_millis(1_500) {
            let now = (status("Threads"), open_files(), status("VmRSS"));
            most = (most.0.max(now.0), most.1.max(now.1), most.2.max(now.2));
            sleep(Duration::from_millis(20));
        }
    }
    assert!(count("open_connections") <= CONNECTIONS as f64);
    let memory = (most.2.saturating_sub(memory)) >> 10;
    println!("{CLIENTS} clients: {} threads and {} files more, {memory} MiB", most.0 - threads, most.1 - files);
    // Those that scrape, of which three compute at a time and sixteen wait.
    assert!(most.0 <= threads + 32, "{} threads, before {threads}", most.0);
    // One that gave way has its file for a moment more.
    assert!(most.1 <= files + CLIENTS + 2 * CONNECTIONS, "{} files, before {files}", most.1);
    // A chunk each, of those that are there and those that are being computed; of 18 MiB that a page is.
    assert!(memory < (CONNECTIONS + 19) * 5 + 16, "{memory} MiB");
    drop(clients);
    wait_for("all to be gone", || count("open_connections") == 0.0);
    server.stop().unwrap();
}

#[test]
fn without_files_it_waits_and_does_not_spin() {
    let _alone = alone();
    let (server, count) = served(Options::new());
    // Few, so that there is no need to open many; the clients have theirs already.
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum }).unwrap();
    let clients: Vec<_> = (0..10).map(|_| socket()).collect();
    let mut files: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(!files.is_empty());

    let begun = Instant::now();
    for client in &clients {
        ask(client, &server, "/-/healthy");
    }
    wait_for("failures", || count("accept_failures_total") >= 5.0);
    sleep(Duration::from_secs(1));
    // Pauses of 50, 100, 200, 400, 800 ms, and then one each second.
    let failures = count("accept_failures_total");
    assert!(failures <= 6.0 + begun.elapsed().as_secs_f64(), "{failures} in {:?}", begun.elapsed());

    files.truncate(1);
    for mut client in clients {
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("The server answers.\n"), "{answer}");
    }
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    server.stop().unwrap();
}
