//! Clients that read slowly, or not at all: they cost the memory of what they asked for, and change nothing else.

#[allow(dead_code, reason = "other tests use the rest")]
mod client;

use axum::Router;
use axum::routing::get as on_get;
use client::{answer, get, send_over};
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, LabelSet, Registry};
use metrics_exposition::axum::router_for;
use metrics_exposition::http::{Request, handle};
use metrics_exposition::text;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

const STUCK: usize = 100;
const MIB: usize = 1 << 20;
/// What `metrics_exposition::http` says a client costs: a chunk, of which the first is the longest.
const FIRST_CHUNK: usize = 4 * MIB;
const STEP: usize = MIB / 4;

/// One test at a time: the process's memory is measured.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(LabelSet)]
struct Item<'a> {
    item: &'a str,
}

type Items = Family<Item<'static>, Counter>;

/// There are many more than threads that scrape: who kept one would stop every scrape.
#[test]
fn stuck_clients_change_nothing() {
    let _alone = alone();
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).max_blocking_threads(1).enable_all().build();
    runtime.unwrap().block_on(async {
        let (registry, items) = large();
        let page = text::generate_latest(&registry);
        assert!(page.len() > 12 * MIB, "{}", page.len());
        assert_chunks(&registry);

        let server = serve(&registry).await;
        assert_served(server, &page).await;
        let before = resident();

        let mut stuck = Vec::new();
        for _ in 0..STUCK {
            let connection = ask(server).await;
            // No more are computed at a time than may be.
            begun(&connection).await;
            stuck.push(connection);
        }
        let silent: Vec<_> = connect_all(server).await;
        let slow = tokio::spawn(read_slowly(ask(server).await));
        let held = resident().saturating_sub(before);
        println!("{STUCK} clients that read nothing: {:.1} MiB each", held as f64 / STUCK as f64 / MIB as f64);
        // With a quarter of room for growth.
        assert!(held < (STUCK + 1) * (FIRST_CHUNK + STEP) * 5 / 4 + 16 * MIB, "{} MiB", held / MIB);

        assert_served(server, &page).await;
        assert_churn(items).await;
        assert_served(server, &page).await;

        // None of them has failed, nor got anywhere.
        assert!(!slow.is_finished());
        for connection in &stuck {
            begun(connection).await;
        }
        let late = answer(stuck.pop().unwrap(), "GET").await;
        assert!(late.whole && late.body == page, "{} bytes", late.body.len());
        drop(silent);
    });
}

/// What the documentation of `metrics_exposition::axum` advises.
#[cfg(target_os = "linux")]
#[test]
fn the_kernel_ends_connections_of_which_nothing_is_read() {
    let _alone = alone();
    runtime::Runtime::new().unwrap().block_on(assert_ended());
}

#[cfg(target_os = "linux")]
async fn assert_ended() {
    use axum::serve::ListenerExt;

    let (registry, _) = large();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let listener = listener.tap_io(|connection| {
        let patience = Some(Duration::from_secs(1));
        socket2::SockRef::from(&*connection).set_tcp_user_timeout(patience).unwrap();
    });
    tokio::spawn(async move { axum::serve(listener, router_for::<()>(&registry)).await });

    let stuck = ask(server).await;
    begun(&stuck).await;
    let ended = timeout(Duration::from_secs(60), async {
        // The server's side is gone without a word: who says something is told.
        while stuck.try_write(b"\r\n").is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    });
    ended.await.expect("still connected after 60 s");
}

/// 108,000 series.
fn large() -> (Registry, Arc<Items>) {
    let registry = Registry::new();
    let mut last = Arc::default();
    for family in 0..12 {
        let items = Arc::new(Items::new());
        registry.register(Definition::new(format!("items_{family}"), "Items."), Arc::clone(&items)).unwrap();
        for k in 0..9_000u64 {
            items.with(&Item { item: &format!("{k:0>100}") }).inc_by(k);
        }
        last = items;
    }
    (registry, last)
}

async fn serve(registry: &Registry) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let app = Router::new().route("/", on_get(|| async { "home" })).merge(router_for(registry));
    tokio::spawn(async move { axum::serve(listener, app).await });
    server
}

/// The service answers, and other scrapes are whole.
async fn assert_served(server: SocketAddr, page: &[u8]) {
    for _ in 0..50 {
        assert_eq!(get(server, "/").await.text(), "home");
    }
    let (one, other) = tokio::join!(get(server, "/metrics"), get(server, "/metrics"));
    for answer in [one, other] {
        assert!(answer.whole && answer.body == page, "{} bytes", answer.body.len());
    }
}

/// What is made and removed is freed: it would be 130 MiB.
async fn assert_churn(items: Arc<Items>) {
    let before = resident();
    let series = items.len();
    let churn = spawn_blocking(move || {
        for k in 0..100_000 {
            let item = format!("{k:x>1000}");
            items.with(&Item { item: &item }).inc();
            assert!(items.remove(&Item { item: &item }));
        }
        items.len()
    });
    assert_eq!(churn.await.unwrap(), series);
    let grown = resident().saturating_sub(before);
    println!("100,000 series made and removed: {} KiB", grown >> 10);
    assert!(grown < 32 * MIB, "{} MiB", grown / MIB);
}

fn assert_chunks(registry: &Registry) {
    let chunks: Vec<_> = handle(registry, &Request::new("GET", &[])).body.map(|chunk| chunk.unwrap().len()).collect();
    assert!((FIRST_CHUNK..FIRST_CHUNK + STEP).contains(&chunks[0]), "{chunks:?}");
    assert!(chunks[1..].iter().all(|len| *len < 2 * STEP), "{chunks:?}");
}

/// A small window: what the kernel keeps for the client is not what this is about.
async fn connect(server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    socket.connect(server).await.unwrap()
}

/// Clients that do not even ask.
async fn connect_all(server: SocketAddr) -> Vec<TcpStream> {
    let mut silent = Vec::new();
    for _ in 0..STUCK {
        silent.push(connect(server).await);
    }
    silent
}

async fn ask(server: SocketAddr) -> TcpStream {
    send_over(connect(server).await, "GET", "/metrics", b"").await
}

/// Waits for the beginning of the answer, and leaves it where it is.
async fn begun(connection: &TcpStream) {
    let mut head = [0; 12];
    let peeked = timeout(Duration::from_secs(30), connection.peek(&mut head)).await;
    assert_eq!(peeked.expect("no answer within 30 s").unwrap(), head.len());
    assert_eq!(&head, b"HTTP/1.1 200");
}

async fn read_slowly(mut connection: TcpStream) {
    while connection.read(&mut [0]).await.unwrap() > 0 {
        sleep(Duration::from_secs(1)).await;
    }
}

/// In bytes; 0 where nobody tells.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10)
}
