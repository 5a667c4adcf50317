//! The collector: names, help and units are declared where the figures are read.

use metrics_core::Collector;
use metrics_core::model::{CounterMetricFamily, GaugeMetricFamily, MetricFamily};
use std::error::Error;
use std::fs;
use std::path::Path;

pub(crate) struct SystemCollector {
    mount_points: Vec<String>,
}

impl SystemCollector {
    /// `mount_points`: of the file systems whose space is shown.
    pub(crate) fn new<M: Into<String>>(mount_points: impl IntoIterator<Item = M>) -> Self {
        Self { mount_points: mount_points.into_iter().map(Into::into).collect() }
    }
}

// All of this takes well below a millisecond, so it may run at each scrape as it is, without a `Deadline`.
impl Collector for SystemCollector {
    /// A container may hide any of these files. What cannot be read is left out, not the whole page, and
    /// `system_read_success` tells what to alert on.
    fn collect(&self) -> Vec<MetricFamily> {
        let parts =
            [("cpu", read_cpu()), ("disk", read_disks()), ("memory", read_memory()), ("filesystem", self.read_space())];
        let help = "Whether these figures could be read.";
        let mut success = GaugeMetricFamily::new("system_read_success", help, ["part"]).expect("legal names");
        let mut families = Vec::new();
        for (part, read) in parts {
            success.add_metric([part], u32::from(read.is_ok())).expect("each part once");
            match read {
                Ok(read) => families.extend(read),
                Err(error) => eprintln!("system collector: {part}: {error}"),
            }
        }
        families.push(success.into());
        families
    }
}

fn read_cpu() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    // 100 on nearly all machines; guessing is wrong on the others.
    let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
    cpu(&fs::read_to_string("/proc/stat")?, ticks_per_second)
}

fn read_memory() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    memory(&fs::read_to_string("/proc/meminfo")?)
}

fn read_disks() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    // Partitions have no entry there. Beside their disk they would count everything twice.
    let is_disk = |device: &str| Path::new("/sys/block").join(device.replace('/', "!")).exists();
    disks(&fs::read_to_string("/proc/diskstats")?, is_disk)
}

impl SystemCollector {
    fn read_space(&self) -> Result<Vec<MetricFamily>, Box<dyn Error>> {
        let gauge = |name: &str, help: &str| GaugeMetricFamily::new(name, help, ["mount_point"])?.with_unit("bytes");
        let mut size = gauge("system_filesystem_size", "Size of the file system.")?;
        let mut free = gauge("system_filesystem_free", "Space that nobody uses.")?;
        let mut available = gauge("system_filesystem_available", "Space that users other than root can have.")?;
        for mount_point in &self.mount_points {
            let stat = rustix::fs::statvfs(mount_point.as_str())?;
            size.add_metric([mount_point], stat.f_blocks * stat.f_frsize)?;
            free.add_metric([mount_point], stat.f_bfree * stat.f_frsize)?;
            available.add_metric([mount_point], stat.f_bavail * stat.f_frsize)?;
        }
        Ok(vec![size.into(), free.into(), available.into()])
    }
}

/// In the order of the columns. Two more are left out: time of guests is in `user` and `nice` already, and all modes
/// together should be all of the time.
const MODES: [&str; 8] = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];

/// From `/proc/stat`: `cpu0 548081 585869 …`, in ticks since the start.
pub(crate) fn cpu(stat: &str, ticks_per_second: f64) -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let help = "Time that CPUs spent in each mode.";
    let mut seconds = CounterMetricFamily::new("system_cpu", help, ["cpu", "mode"])?.with_unit("seconds")?;
    for line in stat.lines() {
        let mut words = line.split_ascii_whitespace();
        // `cpu` without a number is the sum of all, which Prometheus can compute.
        let cpu = words.next().and_then(|word| word.strip_prefix("cpu")).filter(|cpu| !cpu.is_empty());
        let Some(cpu) = cpu else { continue };
        for (mode, ticks) in MODES.into_iter().zip(words) {
            seconds.add_metric([cpu, mode], ticks.parse::<f64>()? / ticks_per_second)?;
        }
    }
    Ok(vec![seconds.into()])
}

/// From `/proc/meminfo`: `MemTotal:       24684092 kB`.
pub(crate) fn memory(meminfo: &str) -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let gauge = |name: &str, help: &str, field: &str| -> Result<MetricFamily, Box<dyn Error>> {
        let value = meminfo.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let value = value.ok_or_else(|| format!("there is no {field}"))?;
        // It says kB and means KiB.
        let kib: u64 = value.trim_end_matches("kB").trim().parse()?;
        Ok(GaugeMetricFamily::single(name, help, kib * 1024)?.with_unit("bytes")?.into())
    };
    Ok(vec![
        gauge("system_memory_size", "Memory of the machine.", "MemTotal")?,
        gauge("system_memory_available", "Memory that programs can have without swapping.", "MemAvailable")?,
        gauge("system_swap_size", "Swap space.", "SwapTotal")?,
        gauge("system_swap_free", "Swap space that nobody uses.", "SwapFree")?,
    ])
}

/// Of `/proc/diskstats`, whatever the disk's own sectors are.
const SECTOR_BYTES: u64 = 512;

/// From `/proc/diskstats`: numbers, device, then reads (completed, merged, sectors, ms), the same of writes, and more.
pub(crate) fn disks(diskstats: &str, is_disk: impl Fn(&str) -> bool) -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let counter =
        |name: &str, help: &str, unit: &'static str| CounterMetricFamily::new(name, help, ["device"])?.with_unit(unit);
    let mut read = counter("system_disk_read", "Bytes read.", "bytes")?;
    let mut written = counter("system_disk_written", "Bytes written.", "bytes")?;
    let mut busy = counter("system_disk_busy", "Time in which the disk was working on something.", "seconds")?;
    for line in diskstats.lines() {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let [_, _, device, reads, _, sectors_read, _, writes, _, sectors_written, _, _, busy_millis, ..] = columns[..]
        else {
            return Err(format!("too few columns: {line}").into());
        };
        // Loop and RAM devices are there by the dozen, and seldom used.
        let is_idle = reads == "0" && writes == "0";
        if is_idle || !is_disk(device) {
            continue;
        }
        read.add_metric([device], sectors_read.parse::<u64>()? * SECTOR_BYTES)?;
        written.add_metric([device], sectors_written.parse::<u64>()? * SECTOR_BYTES)?;
        busy.add_metric([device], busy_millis.parse::<f64>()? / 1_000.0)?;
    }
    Ok(vec![read.into(), written.into(), busy.into()])
}
