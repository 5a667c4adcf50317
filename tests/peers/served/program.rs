//! `served FOLDER PASSWORD`: what a client needs comes into the folder.

use crate::certificates::{Authority, write};
use metrics_core::registry::Definition;
use metrics_core::{Counter, Metrics, Registry};
use metrics_exposition::server::{Listener, Options, ServerMetrics, Tls, start};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("no folder")?);
    let password = arguments.next().ok_or("no password")?;

    let (servers, clients) = (Authority::new(), Authority::new());
    let (server, client) = (servers.sign("127.0.0.1"), clients.sign("prometheus"));
    write(&folder, "servers.pem", &servers.pem());
    write(&folder, "client.pem", &client.certificate);
    write(&folder, "client.key", &client.key);
    let tls = Tls::new(write(&folder, "server.pem", &server.certificate), write(&folder, "server.key", &server.key))
        .client_ca(write(&folder, "clients.pem", &clients.pem()));

    let registry = Registry::new();
    let jobs = Counter::new();
    jobs.inc_by(41);
    registry.register(Definition::new("served_jobs", "Jobs."), Arc::new(jobs))?;
    let counts = ServerMetrics::register_in(&registry)?;

    let options = Options::new().metrics(counts);
    let secured = options.clone().tls(tls).basic_auth("prometheus", &password);
    let plain = start(Listener::tcp("127.0.0.1:0")?, &registry, options)?;
    let secured = start(Listener::tcp("127.0.0.1:0")?, &registry, secured)?;
    println!("plain: {}", plain.local_addr().ok_or("no address")?);
    println!("secured: {}", secured.local_addr().ok_or("no address")?);
    Ok(plain.wait()?)
}
