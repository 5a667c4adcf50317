//! The labels that say whose metrics these are, as a path.

use crate::http_client::InvalidOption;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// `job`, which is first, and the others in the order of their names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Grouping {
    job: String,
    others: BTreeMap<String, String>,
}

impl Grouping {
    pub(super) fn new(job: &str) -> Result<Self, InvalidOption> {
        if job.is_empty() {
            return Err(InvalidOption::new("the Pushgateway takes no empty job"));
        }
        Ok(Self { job: job.to_owned(), others: BTreeMap::new() })
    }

    pub(super) fn add(&mut self, name: &str, value: &str) -> Result<(), InvalidOption> {
        let why = if !is_name(name) {
            "a label's name is of letters, digits and underscores, and does not begin with a digit"
        } else if name.starts_with("__") {
            "names that begin with two underscores are Prometheus' own"
        } else if name == "job" {
            "the job is set already"
        } else if self.others.contains_key(name) {
            "it is there already"
        } else {
            self.others.insert(name.to_owned(), value.to_owned());
            return Ok(());
        };
        Err(InvalidOption::new(format!("`{}` is no label for a grouping key: {why}", name.escape_debug())))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once("job").chain(self.others.keys().map(String::as_str))
    }

    /// `/metrics/job/…`
    pub(super) fn path(&self) -> String {
        let mut path = "/metrics".to_owned();
        push_label(&mut path, "job", &self.job);
        for (name, value) in &self.others {
            push_label(&mut path, name, value);
        }
        path
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// As the [Pushgateway says][url]: base64 for what is empty or has a slash, and percent-encoded otherwise. A blank is `%20`
/// there: `+` would be a plus. Base64 also for what its router, or a proxy before it, would take away, and for what is not
/// printed.
///
/// [url]: https://github.com/prometheus/pushgateway#url
fn push_label(path: &mut String, name: &str, value: &str) {
    let needs_base64 = |c: char| matches!(c, '/' | '\\') || c.is_control();
    if value.is_empty() {
        path.extend(["/", name, "@base64/="]);
    } else if matches!(value, "." | "..") || value.contains(needs_base64) {
        path.extend(["/", name, "@base64/", &URL_SAFE_NO_PAD.encode(value)]);
    } else {
        path.extend(["/", name, "/"]);
        for byte in value.bytes() {
            match byte {
                // RFC 3986, 2.3: what need not be encoded anywhere.
                b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => path.push(char::from(byte)),
                // Into a `String` this does not fail.
                _ => drop(write!(path, "%{byte:02X}")),
            }
        }
    }
}

/// A label `instance` with the address of this machine, for a [grouping key](super::Pushgateway::grouping_key): the one by
/// which it reaches other networks, or `127.0.0.1` if it reaches none. Nothing is sent to find it.
///
/// Python's function of this name gives that of the loopback device on most systems.
///
/// # Errors
/// If the system gives no socket.
///
/// ```
/// # use metrics_core::Registry;
/// use metrics_exposition::pushgateway::{Pushgateway, instance_ip_grouping_key};
///
/// let (name, value) = instance_ip_grouping_key()?;
/// assert!(name == "instance" && value.parse::<std::net::IpAddr>().is_ok());
/// let gateway = Pushgateway::new("http://pushgateway.example:9091", "backup", Registry::global())?;
/// let gateway = gateway.grouping_key(name, &value)?;
/// # let _ = gateway;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn instance_ip_grouping_key() -> io::Result<(&'static str, String)> {
    // For documentation (RFC 5737, RFC 3849): nobody is there, but there is a route to them.
    let elsewhere =
        [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];
    let found = elsewhere.into_iter().find_map(|address| address_towards(address).ok());
    let address = found.map_or_else(|| address_towards(Ipv4Addr::LOCALHOST.into()), Ok)?;
    Ok(("instance", address.to_string()))
}

/// From which address a datagram to there would come.
fn address_towards(other: IpAddr) -> io::Result<IpAddr> {
    let any: IpAddr = if other.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(SocketAddr::new(other, 9))?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(job: &str, others: &[(&str, &str)]) -> String {
        let mut grouping = Grouping::new(job).unwrap();
        others.iter().for_each(|(name, value)| grouping.add(name, value).unwrap());
        grouping.path()
    }

    #[test]
    fn paths_are_as_the_pushgateway_says() {
        assert_eq!(path("some_job", &[]), "/metrics/job/some_job");
        let sorted = path("some_job", &[("instance", "some_instance"), ("az", "1")]);
        assert_eq!(sorted, "/metrics/job/some_job/az/1/instance/some_instance");
        // The examples of its documentation.
        let path_label = path("titan", &[("path", "/var/tmp")]);
        assert_eq!(path_label, "/metrics/job/titan/path@base64/L3Zhci90bXA");
        let greek = path("titan", &[("name", "Προμηθεύς")]);
        assert_eq!(greek, "/metrics/job/titan/name/%CE%A0%CF%81%CE%BF%CE%BC%CE%B7%CE%B8%CE%B5%CF%8D%CF%82");
        assert_eq!(
            path("a", &[("first_label", ""), ("second_label", "foobar")]),
            "/metrics/job/a/first_label@base64/=/second_label/foobar"
        );
        assert_eq!(path("directory cleaner", &[]), "/metrics/job/directory%20cleaner");
        assert_eq!(path("a/b", &[]), "/metrics/job@base64/YS9i");
        for (value, encoded) in [
            ("a+b&c=d;e", "/a%2Bb%26c%3Dd%3Be"),
            ("50%?#", "/50%25%3F%23"),
            ("-._~", "/-._~"),
            ("...", "/..."),
            (".", "@base64/Lg"),
            ("..", "@base64/Li4"),
            ("a\nb", "@base64/YQpi"),
            ("a\\b", "@base64/YVxi"),
        ] {
            assert_eq!(path("x", &[("k", value)]), format!("/metrics/job/x/k{encoded}"), "{value:?}");
        }
    }

    #[test]
    fn names_are_checked() {
        let mut grouping = Grouping::new("a").unwrap();
        grouping.add("b", "").unwrap();
        for (name, why) in [
            ("", "does not begin with a digit"),
            ("0a", "does not begin with a digit"),
            ("a.b", "of letters"),
            ("a/b", "of letters"),
            ("é", "of letters"),
            ("__a", "two underscores"),
            ("job", "is set already"),
            ("b", "it is there already"),
        ] {
            let error = grouping.add(name, "x").unwrap_err().to_string();
            assert!(error.contains(why) && error.contains(&format!("`{name}`")), "{error}");
        }
        assert!(Grouping::new("").is_err());
    }

    #[test]
    fn an_instance_has_an_address() {
        let (name, value) = instance_ip_grouping_key().unwrap();
        assert_eq!(name, "instance");
        assert!(!value.parse::<IpAddr>().unwrap().is_unspecified(), "{value}");
    }
}
