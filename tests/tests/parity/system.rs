#[path = "../../../examples/system_collector/collector.rs"]
mod collector;

use super::{pages, registry_of, serve};
use collector::{SystemCollector, cpu, disks, memory};
use metrics_core::{Collector, Registry};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn real_figures_are_plausible() {
    let registry = Registry::new();
    registry.register_collector(Arc::new(SystemCollector::new(["/"]))).unwrap();
    let server = serve(&registry).await;
    let pages = pages(server).await;
    pages.assert_lines(&[
        "# TYPE system_memory_size_bytes gauge",
        "# HELP system_memory_size_bytes Memory of the machine.",
        "# TYPE system_filesystem_size_bytes gauge",
        r#"system_read_success{part="cpu"} 1"#,
        r#"system_read_success{part="memory"} 1"#,
        r#"system_read_success{part="filesystem"} 1"#,
    ]);
    assert!(pages.text.contains("\n# TYPE system_cpu_seconds_total counter\n"));
    assert!(pages.openmetrics.contains("# TYPE system_cpu_seconds counter\n# UNIT system_cpu_seconds seconds\n"));

    // No CPU can have worked for longer than the machine runs; nor for much shorter, all modes together.
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
    let seconds = modes.map(|mode| pages.value(&format!(r#"system_cpu_seconds_total{{cpu="0",mode="{mode}"}}"#)));
    let total: f64 = seconds.iter().sum();
    assert!((0.5 * uptime..1.1 * uptime + 10.0).contains(&total), "{seconds:?} in {uptime} s");

    let memory = pages.value("system_memory_size_bytes");
    assert!((16e6..1e15).contains(&memory));
    assert!((1.0..=memory).contains(&pages.value("system_memory_available_bytes")));
    let size = pages.value(r#"system_filesystem_size_bytes{mount_point="/"}"#);
    let free = pages.value(r#"system_filesystem_free_bytes{mount_point="/"}"#);
    assert!((1e6..1e18).contains(&size) && free <= size);
    assert!(pages.value(r#"system_filesystem_available_bytes{mount_point="/"}"#) <= free);
    // Of a container it may be hidden, but then it says so.
    pages.value(r#"system_read_success{part="disk"}"#);

    let before = pages;
    let after = super::pages(server).await;
    for mode in modes {
        let series = format!(r#"system_cpu_seconds_total{{cpu="0",mode="{mode}"}}"#);
        assert!(mode == "iowait" || after.value(&series) >= before.value(&series), "{series}");
    }
}

#[test]
fn what_cannot_be_read_is_left_out_and_said() {
    let registry = registry_of(SystemCollector::new(["/", "/no/such/folder"]).collect());
    assert_eq!(registry.get_sample_value("system_read_success", &[("part", "filesystem")]), Some(0.0));
    assert_eq!(registry.get_sample_value("system_read_success", &[("part", "memory")]), Some(1.0));
    assert_eq!(registry.get_sample_value("system_filesystem_size_bytes", &[("mount_point", "/")]), None);
    assert!(registry.get_sample_value("system_memory_size_bytes", &[]).is_some());
}

const STAT: &str = "\
cpu  3 3 3 3 3 3 3 3 3 3
cpu0 1000 50 25 100000 7 0 3 1 900 40
cpu12 0 0 0 5 0 0 0 0 0 0
intr 63930 0
ctxt 104
btime 1764000000
";
const MEMINFO: &str = "\
MemTotal:       24684092 kB
MemFree:        17618576 kB
MemAvailable:   23664540 kB
SwapTotal:             0 kB
SwapFree:              0 kB
HugePages_Total:       0
";
const DISKSTATS: &str = "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 254       0 vda 100 5 2048 70 20 3 18446744073 90 0 1500 160 0 0 0 0 4 2
 254       1 vda1 90 5 2000 60 20 3 4096 90 0 1400 150 0 0 0 0 0 0
";

#[tokio::test]
async fn known_files_make_a_known_page() {
    let all = [cpu(STAT, 100.0), memory(MEMINFO), disks(DISKSTATS, |device| !device.ends_with('1'))];
    let registry = registry_of(all.into_iter().flat_map(Result::unwrap).collect());
    let pages = pages(serve(&registry).await).await;
    let expected = r#"# HELP system_cpu_seconds_total Time that CPUs spent in each mode.
# TYPE system_cpu_seconds_total counter
system_cpu_seconds_total{cpu="0",mode="user"} 10
system_cpu_seconds_total{cpu="0",mode="nice"} 0.5
system_cpu_seconds_total{cpu="0",mode="system"} 0.25
system_cpu_seconds_total{cpu="0",mode="idle"} 1000
system_cpu_seconds_total{cpu="0",mode="iowait"} 0.07
system_cpu_seconds_total{cpu="0",mode="irq"} 0
system_cpu_seconds_total{cpu="0",mode="softirq"} 0.03
system_cpu_seconds_total{cpu="0",mode="steal"} 0.01
system_cpu_seconds_total{cpu="12",mode="user"} 0
system_cpu_seconds_total{cpu="12",mode="nice"} 0
system_cpu_seconds_total{cpu="12",mode="system"} 0
system_cpu_seconds_total{cpu="12",mode="idle"} 0.05
system_cpu_seconds_total{cpu="12",mode="iowait"} 0
system_cpu_seconds_total{cpu="12",mode="irq"} 0
system_cpu_seconds_total{cpu="12",mode="softirq"} 0
system_cpu_seconds_total{cpu="12",mode="steal"} 0
# HELP system_disk_busy_seconds_total Time in which the disk was working on something.
# TYPE system_disk_busy_seconds_total counter
system_disk_busy_seconds_total{device="vda"} 1.5
# HELP system_disk_read_bytes_total Bytes read.
# TYPE system_disk_read_bytes_total counter
system_disk_read_bytes_total{device="vda"} 1048576
# HELP system_disk_written_bytes_total Bytes written.
# TYPE system_disk_written_bytes_total counter
system_disk_written_bytes_total{device="vda"} 9444732965376
# HELP system_memory_available_bytes Memory that programs can have without swapping.
# TYPE system_memory_available_bytes gauge
system_memory_available_bytes 24232488960
# HELP system_memory_size_bytes Memory of the machine.
# TYPE system_memory_size_bytes gauge
system_memory_size_bytes 25276510208
# HELP system_swap_free_bytes Swap space that nobody uses.
# TYPE system_swap_free_bytes gauge
system_swap_free_bytes 0
# HELP system_swap_size_bytes Swap space.
# TYPE system_swap_size_bytes gauge
system_swap_size_bytes 0
"#;
    assert_eq!(pages.text, expected);
    assert!(pages.openmetrics.contains(
        "# TYPE system_disk_read_bytes counter\n# UNIT system_disk_read_bytes bytes\n\
         # HELP system_disk_read_bytes Bytes read.\nsystem_disk_read_bytes_total{device=\"vda\"} 1048576\n"
    ));
}

#[test]
fn files_of_another_shape_are_errors() {
    assert!(cpu("cpu0 1 x", 100.0).is_err());
    assert!(memory("MemTotal: 1 kB").unwrap_err().to_string().contains("MemAvailable"));
    assert!(disks("8 0 sda 1 2 3", |_| true).unwrap_err().to_string().contains("sda"));
}
