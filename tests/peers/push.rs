//! Pushes samples that the suite names, where the suite says. Each line of standard input is a command, its words divided by
//! blanks; each is answered by a line, `ok` or what went wrong.

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[path = "push_tls.rs"]
mod tls;

use metrics_core::Registry;
use metrics_core::model::{Kind, MetricFamily, Timestamp};
use metrics_exposition::graphite::{GraphiteBridge, Protocol, Sanitize};
use metrics_exposition::http_client;
use metrics_exposition::push::{Options, Pushing};
use metrics_exposition::pushgateway::{Format, Pushgateway};
use metrics_exposition::textfile;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Families = BTreeMap<String, MetricFamily>;

struct Driver {
    families: Arc<Mutex<Families>>,
    registry: Registry,
    bridges: HashMap<String, GraphiteBridge>,
    pushing: Option<Pushing>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let families = Arc::new(Mutex::new(Families::new()));
    let registry = Registry::new();
    let collected = Arc::clone(&families);
    registry.register_collector(Arc::new(move || collected.lock().unwrap().values().cloned().collect()))?;
    let mut driver = Driver { families, registry, bridges: HashMap::new(), pushing: None };
    for line in io::stdin().lines() {
        match driver.obey(&line?) {
            Ok(()) => println!("ok"),
            Err(error) => println!("error: {error}"),
        }
    }
    Ok(())
}

impl Driver {
    fn obey(&mut self, line: &str) -> Result<(), Box<dyn Error>> {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["forget"] => self.families.lock().unwrap().clear(),
            // The texts are in hexadecimal; labels are names and values.
            ["sample", name, value, time, ref labels @ ..] => self.sample(name, value.parse()?, time, labels)?,
            ["textfile", path] => textfile::write(path, &self.registry)?,
            ["graphite", address, ref options @ ..] => {
                let made = || bridge(address, &self.registry, options);
                self.bridges.entry(line.to_owned()).or_insert_with(made).push()?;
            }
            ["start", address, ref options @ ..] => {
                self.pushing = Some(bridge(address, &self.registry, options).options(often()).start()?);
            }
            // The job, and names and values of the grouping key, are in hexadecimal.
            ["gateway", how, url, options, job, ref grouping @ ..] => {
                let gateway = gateway(url, &self.registry, options, &text(job)?, grouping)?;
                match how {
                    "push" => gateway.push()?,
                    "add" => gateway.push_add()?,
                    "delete" => gateway.delete()?,
                    "start" => self.pushing = Some(gateway.options(often()).start()?),
                    other => panic!("what is {other}"),
                }
            }
            #[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
            ["certificates", folder] => tls::write_certificates(folder.as_ref())?,
            ["stop"] => self.pushing.take().ok_or("nothing was started")?.stop()?,
            _ => return Err(format!("what is {line}").into()),
        }
        Ok(())
    }

    fn sample(&self, name: &str, value: f64, time: &str, labels: &[&str]) -> Result<(), Box<dyn Error>> {
        let name = text(name)?;
        let labels = labels.iter().map(|label| text(label)).collect::<Result<Vec<_>, _>>()?;
        let labels: Vec<_> = labels.chunks(2).map(|pair| (&*pair[0], &*pair[1])).collect();
        let time = if time == "-" { None } else { Some(time.parse::<Timestamp>()?) };
        let mut families = self.families.lock().unwrap();
        if !families.contains_key(&name) {
            families.insert(name.clone(), MetricFamily::new(&name, "By the suite.", Kind::Gauge)?);
        }
        families.get_mut(&name).unwrap().add_sample(&name, &labels, value, time, None, None)?;
        Ok(())
    }
}

fn bridge(address: &str, registry: &Registry, options: &[&str]) -> GraphiteBridge {
    let mut bridge = GraphiteBridge::new(address, registry);
    for option in options {
        bridge = match option.split_once('=') {
            Some((_, prefix)) => bridge.prefix(prefix),
            None => match *option {
                "tags" => bridge.tags(true),
                "udp" => bridge.protocol(Protocol::Udp),
                "pickle" => bridge.protocol(Protocol::Pickle),
                "python" => bridge.sanitize(Sanitize::Python),
                other => panic!("what is {other}"),
            },
        };
    }
    bridge
}

/// Of options divided by commas.
fn gateway(
    url: &str,
    registry: &Registry,
    options: &str,
    job: &str,
    grouping: &[&str],
) -> Result<Pushgateway, Box<dyn Error>> {
    let mut gateway = Pushgateway::new(url, job, registry)?;
    for pair in grouping.chunks(2) {
        gateway = gateway.grouping_key(&text(pair[0])?, &text(pair[1])?)?;
    }
    let mut http = http_client::Options::new();
    for option in options.split(',') {
        match option.split_once('=') {
            Some(("password", password)) => http = http.basic_auth("suite", password)?,
            #[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
            Some(("certificates", folder)) => http = http.tls(tls::ours(folder.as_ref())?),
            _ => match option {
                "text" => {}
                "protobuf" => gateway = gateway.format(Format::Protobuf),
                "gzip" => gateway = gateway.gzip(true),
                "short" => gateway = gateway.options(Options::new().timeout(Duration::from_millis(500))),
                other => panic!("what is {other}"),
            },
        }
    }
    Ok(gateway.http(&http))
}

fn often() -> Options {
    let often = Options::new().interval(Duration::from_millis(200)).timeout(Duration::from_secs(2));
    often.back_off(Duration::from_millis(50), Duration::from_millis(200))
}

fn text(hexadecimal: &str) -> Result<String, Box<dyn Error>> {
    let digits = hexadecimal.as_bytes().chunks(2).map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?));
    Ok(String::from_utf8(digits.collect::<Result<Vec<_>, Box<dyn Error>>>()?)?)
}
