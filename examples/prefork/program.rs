use axum::routing::get;
use axum::{Router, extract::Path};
use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
use metrics_exposition::multiprocess::{self, MultiprocessCollector};
use socket2::{Domain, Protocol, Socket, Type};
use std::error::Error;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

#[derive(LabelSet)]
struct Request<'a> {
    name: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "prefork")]
struct PreforkMetrics {
    /// Requests that were answered.
    requests: Family<Request<'static>, Counter>,
    /// Workers that serve.
    #[metric(multiprocess = "livesum")]
    workers: Gauge<i64>,
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    match arguments.next().as_deref() {
        Some("worker") => work(address.parse()?),
        workers => run(address.parse()?, workers.unwrap_or("4").parse()?),
    }
}

/// A socket at this address, at which others may be, too.
fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// The parent, which serves nothing itself.
fn run(address: SocketAddr, workers: usize) -> Result<(), Box<dyn Error>> {
    let directory = env::temp_dir().join(format!("prefork-{}", std::process::id()));
    fs::create_dir(&directory)?;
    // Keeps the port while workers come and go. It does not listen, so that it is given no connection.
    let reserved = bind(address)?;
    let address = reserved.local_addr()?.as_socket().ok_or("no address")?;
    let start = || {
        let mut worker = Command::new(env::current_exe()?);
        worker.args([&address.to_string(), "worker"]).env("PROMETHEUS_MULTIPROC_DIR", &directory);
        // It ends with its input, and so with this process, however that ends.
        worker.stdin(Stdio::piped()).spawn()
    };
    let mut all = (0..workers).map(|_| start()).collect::<io::Result<Vec<Child>>>()?;
    println!("serving: http://{address}/hello/you");
    let end = thread::spawn(|| io::copy(&mut io::stdin(), &mut io::sink()));
    while !end.is_finished() {
        for worker in &mut all {
            if worker.try_wait()?.is_some() {
                *worker = start()?;
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
    for mut worker in all {
        drop(worker.stdin.take());
        worker.wait()?;
    }
    Ok(fs::remove_dir_all(&directory)?)
}

#[tokio::main(flavor = "current_thread")]
async fn work(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    // Before the first metric: cells do not move.
    multiprocess::init_from_env()?;
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::from_env()?))?;
    let app = Router::new().route("/hello/{name}", get(hello)).merge(metrics_exposition::axum::router_for(&registry));
    let socket = bind(address)?;
    socket.listen(1024)?;
    socket.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(TcpListener::from(socket))?;
    PreforkMetrics::global().workers.set(1);
    let (end, ended) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        drop(io::stdin().read_to_end(&mut Vec::new()));
        end.send(())
    });
    axum::serve(listener, app).with_graceful_shutdown(async { drop(ended.await) }).await?;
    Ok(())
}

async fn hello(Path(name): Path<String>) -> String {
    PreforkMetrics::global().requests.with(&Request { name: &name }).inc();
    format!("Hello, {name}! This is process {}.\n", std::process::id())
}
