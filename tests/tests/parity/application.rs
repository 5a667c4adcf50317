#[path = "../../../examples/application_collector.rs"]
#[allow(dead_code, reason = "its main function")]
mod example;

use super::{pages, registry_of, serve};
use example::{Backup, Deliveries, Mail, Queue, Relay, RelayCollector, State, families};
use metrics_core::Registry;
use metrics_core::model::{Kind, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So many seconds after 1970.
fn at(secs: f64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs_f64(secs)
}

fn mail(trace_id: &str, secs: f64) -> Mail {
    Mail { trace_id: trace_id.into(), at: at(secs) }
}

fn relay() -> Relay {
    let letters = vec![mail("c3", 9_990.0), mail("b2", 5_000.0), mail("d4", 9_900.0)];
    Relay {
        started: at(100.25),
        queues: vec![
            Queue { name: "letters", sent: 7, last_sent: Some(mail("a1", 9_999.5)), waiting: letters },
            Queue { name: "news", sent: 0, last_sent: None, waiting: Vec::new() },
        ],
        deliveries: Deliveries {
            by_duration: [4, 2, 1],
            total_secs: 5.75,
            slowest: Some(("e5".into(), 3.5)),
            median_bytes: 2_048.0,
            total_bytes: 20_000,
        },
        state: State::Draining,
        filter_score: -0.5,
        backups: vec![Backup { host: "backup1", at: at(9_000.5), mails: 12 }],
    }
}

fn build() -> String {
    format!("mail_build_info{{version=\"{}\"}} 1\n", env!("CARGO_PKG_VERSION"))
}

#[tokio::test]
async fn every_type_in_openmetrics() {
    let registry = registry_of(families(&relay(), at(10_000.0)).unwrap());
    let page = pages(serve(&registry).await).await.openmetrics;
    let expected = r#"# TYPE mail_backup_mails gauge
# HELP mail_backup_mails Mails in the backup, as its host said.
mail_backup_mails{host="backup1"} 12 9000.5
# TYPE mail_build info
# HELP mail_build What runs.
VERSION# TYPE mail_delivery_duration_seconds histogram
# UNIT mail_delivery_duration_seconds seconds
# HELP mail_delivery_duration_seconds Time to deliver a mail.
mail_delivery_duration_seconds_bucket{le="0.1"} 4
mail_delivery_duration_seconds_bucket{le="1.0"} 6
mail_delivery_duration_seconds_bucket{le="+Inf"} 7 # {trace_id="e5"} 3.5
mail_delivery_duration_seconds_sum 5.75
mail_delivery_duration_seconds_count 7
# TYPE mail_filter_score unknown
# HELP mail_filter_score What the filter says.
mail_filter_score -0.5
# TYPE mail_sent counter
# HELP mail_sent Mails sent.
mail_sent_total{queue="letters"} 7 # {trace_id="a1"} 1.0 9999.5
mail_sent_total{queue="news"} 0
# TYPE mail_size_bytes summary
# UNIT mail_size_bytes bytes
# HELP mail_size_bytes Sizes of mails.
mail_size_bytes{quantile="0.5"} 2048
mail_size_bytes_sum 20000
mail_size_bytes_count 7
# TYPE mail_state stateset
# HELP mail_state What the relay does.
mail_state{mail_state="running"} 0
mail_state{mail_state="draining"} 1
# TYPE mail_waiting gauge
# HELP mail_waiting Mails that wait.
mail_waiting{queue="letters"} 3
mail_waiting{queue="news"} 0
# TYPE mail_waiting_age_seconds gaugehistogram
# UNIT mail_waiting_age_seconds seconds
# HELP mail_waiting_age_seconds How long mails wait that wait.
mail_waiting_age_seconds_bucket{queue="letters",le="60.0"} 1
mail_waiting_age_seconds_bucket{queue="letters",le="3600.0"} 2
mail_waiting_age_seconds_bucket{queue="letters",le="+Inf"} 3
mail_waiting_age_seconds_gsum{queue="letters"} 5110
mail_waiting_age_seconds_gcount{queue="letters"} 3
mail_waiting_age_seconds_bucket{queue="news",le="60.0"} 0
mail_waiting_age_seconds_bucket{queue="news",le="3600.0"} 0
mail_waiting_age_seconds_bucket{queue="news",le="+Inf"} 0
mail_waiting_age_seconds_gsum{queue="news"} 0
mail_waiting_age_seconds_gcount{queue="news"} 0
# EOF
"#;
    assert_eq!(page, expected.replace("VERSION", &build()));
}

#[tokio::test]
async fn every_type_in_text() {
    let registry = registry_of(families(&relay(), at(10_000.0)).unwrap());
    let page = pages(serve(&registry).await).await.text;
    let expected = r#"# HELP mail_backup_mails Mails in the backup, as its host said.
# TYPE mail_backup_mails gauge
mail_backup_mails{host="backup1"} 12 9000500
# HELP mail_build_info What runs.
# TYPE mail_build_info gauge
VERSION# HELP mail_delivery_duration_seconds Time to deliver a mail.
# TYPE mail_delivery_duration_seconds histogram
mail_delivery_duration_seconds_bucket{le="0.1"} 4
mail_delivery_duration_seconds_bucket{le="1.0"} 6
mail_delivery_duration_seconds_bucket{le="+Inf"} 7
mail_delivery_duration_seconds_sum 5.75
mail_delivery_duration_seconds_count 7
# HELP mail_filter_score What the filter says.
# TYPE mail_filter_score untyped
mail_filter_score -0.5
# HELP mail_sent_total Mails sent.
# TYPE mail_sent_total counter
mail_sent_total{queue="letters"} 7
mail_sent_total{queue="news"} 0
# HELP mail_size_bytes Sizes of mails.
# TYPE mail_size_bytes summary
mail_size_bytes{quantile="0.5"} 2048
mail_size_bytes_sum 20000
mail_size_bytes_count 7
# HELP mail_state What the relay does.
# TYPE mail_state gauge
mail_state{mail_state="running"} 0
mail_state{mail_state="draining"} 1
# HELP mail_waiting Mails that wait.
# TYPE mail_waiting gauge
mail_waiting{queue="letters"} 3
mail_waiting{queue="news"} 0
# HELP mail_waiting_age_seconds How long mails wait that wait.
# TYPE mail_waiting_age_seconds histogram
mail_waiting_age_seconds_bucket{queue="letters",le="60.0"} 1
mail_waiting_age_seconds_bucket{queue="letters",le="3600.0"} 2
mail_waiting_age_seconds_bucket{queue="letters",le="+Inf"} 3
mail_waiting_age_seconds_bucket{queue="news",le="60.0"} 0
mail_waiting_age_seconds_bucket{queue="news",le="3600.0"} 0
mail_waiting_age_seconds_bucket{queue="news",le="+Inf"} 0
# HELP mail_waiting_age_seconds_gsum How long mails wait that wait.
# TYPE mail_waiting_age_seconds_gsum gauge
mail_waiting_age_seconds_gsum{queue="letters"} 5110
mail_waiting_age_seconds_gsum{queue="news"} 0
# HELP mail_waiting_age_seconds_gcount How long mails wait that wait.
# TYPE mail_waiting_age_seconds_gcount gauge
mail_waiting_age_seconds_gcount{queue="letters"} 3
mail_waiting_age_seconds_gcount{queue="news"} 0
"#;
    assert_eq!(page, expected.replace("VERSION", &build()));
}

/// What the formats have no place for is in the model.
#[test]
fn a_gauge_has_an_exemplar_and_a_counter_its_beginning() {
    let families = families(&relay(), at(10_000.0)).unwrap();
    let of = |name: &str| families.iter().find(|family| family.desc().name == name).unwrap().samples();
    let waiting = of("mail_waiting");
    let exemplar = waiting[0].exemplar.as_ref().unwrap();
    assert_eq!(exemplar.to_string(), r#"{trace_id="b2"} 1.0 5000"#, "the oldest mail");
    assert_eq!(waiting[1].exemplar, None, "nothing waits");
    let created = of("mail_sent").into_iter().find(|sample| sample.name == "mail_sent_created").unwrap();
    assert_eq!(created.value.as_f64(), 100.25);
    assert_eq!(of("mail_backup_mails")[0].timestamp, Timestamp::new(9_000, 500_000_000));

    use Kind::{Counter, Gauge, GaugeHistogram, Histogram, Info, StateSet, Summary, Unknown};
    for kind in [Counter, Gauge, GaugeHistogram, Histogram, Info, StateSet, Summary, Unknown] {
        assert!(families.iter().any(|family| family.desc().kind == kind), "{kind}");
    }
}

#[tokio::test]
async fn a_page_follows_the_application() {
    let relay = Arc::new(Mutex::new(relay()));
    let registry = Registry::new();
    registry.register_collector(Arc::new(RelayCollector { relay: Arc::clone(&relay) })).unwrap();
    let server = serve(&registry).await;
    pages(server).await.assert_lines(&[r#"mail_state{mail_state="draining"} 1"#, r#"mail_waiting{queue="news"} 0"#]);
    {
        let mut relay = relay.lock().unwrap();
        relay.state = State::Running;
        relay.queues[1].waiting.push(mail("f6", 20_000.0));
    }
    pages(server).await.assert_lines(&[r#"mail_state{mail_state="draining"} 0"#, r#"mail_waiting{queue="news"} 1"#]);
}
