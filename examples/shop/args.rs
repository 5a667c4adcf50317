use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::process;
use std::str::FromStr;

const USAGE: &str = "\
usage: shop [--addr IP:PORT] [--metrics-addr IP:PORT] [--no-traffic]
            [--workers N] [--blocking-threads N] [--series N]

  --addr IP:PORT          where the shop listens (127.0.0.1:3000; port 0: any free one)
  --metrics-addr IP:PORT  serve /metrics there, and no longer beside the shop
  --no-traffic            no customers: nothing moves unless you click
  --workers N             threads that answer (as many as cores)
  --blocking-threads N    at most so many more for work that blocks (512)
  --series N              watch each visitor, which makes about so many series more (0)";

#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) addr: SocketAddr,
    pub(crate) metrics_addr: Option<SocketAddr>,
    pub(crate) traffic: bool,
    pub(crate) workers: Option<NonZeroUsize>,
    pub(crate) blocking_threads: NonZeroUsize,
    pub(crate) series: usize,
}

impl Args {
    /// Of this process. Ends it if they make no sense.
    pub(crate) fn parse() -> Self {
        let mut parsed = Self {
            addr: (Ipv4Addr::LOCALHOST, 3000).into(),
            metrics_addr: None,
            traffic: true,
            workers: None,
            blocking_threads: const { NonZeroUsize::new(512).unwrap() },
            series: 0,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--addr" => parsed.addr = address(&arg, args.next()),
                "--metrics-addr" => parsed.metrics_addr = Some(address(&arg, args.next())),
                "--no-traffic" => parsed.traffic = false,
                "--workers" => parsed.workers = Some(number(&arg, args.next())),
                "--blocking-threads" => parsed.blocking_threads = number(&arg, args.next()),
                "--series" => parsed.series = number(&arg, args.next()),
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
    parse(option, value, "an address like 127.0.0.1:3000")
}

fn number<N: FromStr>(option: &str, value: Option<String>) -> N {
    parse(option, value, "a number like 64")
}

fn parse<T: FromStr>(option: &str, value: Option<String>, what: &str) -> T {
    let Some(value) = value else { fail(&format!("{option} needs {what}")) };
    value.parse().unwrap_or_else(|_| fail(&format!("{option} needs {what}, not {value:?}")))
}

fn fail(error: &str) -> ! {
    eprintln!("{error}\n{USAGE}");
    process::exit(2)
}
