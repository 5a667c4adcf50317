use std::net::{Ipv4Addr, SocketAddr};
use std::process;

const USAGE: &str = "\
usage: shop [--addr IP:PORT] [--metrics-addr IP:PORT] [--no-traffic]

  --addr IP:PORT          where the shop listens (127.0.0.1:3000; port 0: any free one)
  --metrics-addr IP:PORT  serve /metrics there, and no longer beside the shop
  --no-traffic            no customers: nothing moves unless you click";

#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) addr: SocketAddr,
    pub(crate) metrics_addr: Option<SocketAddr>,
    pub(crate) traffic: bool,
}

impl Args {
    /// Of this process. Ends it if they make no sense.
    pub(crate) fn parse() -> Self {
        let mut parsed = Self { addr: (Ipv4Addr::LOCALHOST, 3000).into(), metrics_addr: None, traffic: true };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--addr" => parsed.addr = address(&arg, args.next()),
                "--metrics-addr" => parsed.metrics_addr = Some(address(&arg, args.next())),
                "--no-traffic" => parsed.traffic = false,
                "-h" | "--help" => {
                    println!("{USAGE}");
                    process::exit(0);
                }
                _ => fail(&format!("unknown argument {arg:?}")),
            }
        }
        parsed
    }
}

fn address(option: &str, value: Option<String>) -> SocketAddr {
    let Some(value) = value else { fail(&format!("{option} needs an address")) };
    value.parse().unwrap_or_else(|_| fail(&format!("{option}: {value:?} is no address like 127.0.0.1:3000")))
}

fn fail(error: &str) -> ! {
    eprintln!("{error}\n{USAGE}");
    process::exit(2)
}
