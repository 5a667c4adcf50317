//! Families of whole structs of metrics: `Family<Labels, Group>`.

mod links;

use links::{Breaker, Direction, EU, Peer, Side, US, lines, openmetrics, text};
use metrics_core::registry::Definition;
use metrics_core::testing::{sample_value, samples};
use metrics_core::{CallbackGauge, Counter, Family, Gauge, Histogram, Info, Metrics, Registry, StateSet, Summary};
use std::sync::Arc;
use std::thread;

#[derive(Metrics)]
#[metrics(group, prefix = "link", const_labels(layer = "4"))]
struct Link {
    /// Bytes sent.
    #[metric(unit = Bytes)]
    sent_total: Counter,
    /// Open connections.
    open: Gauge<i64>,
    /// Time to connect.
    #[metric(unit = Seconds, buckets = [0.5], const_labels(kind = "tcp"))]
    connect: Histogram,
    /// Never there: nobody can set it in a family.
    absent: Option<Counter>,
    /// State of the connection.
    state: StateSet<Breaker>,
    /// Who is there.
    remote_info: Info,
    /// Lag.
    lag: CallbackGauge,
    #[metric(group, prefix = "tls")]
    tls: Tls,
    #[metric(skip)]
    made: Made,
}

#[derive(Metrics)]
#[metrics(group)]
struct Tls {
    /// Handshakes.
    handshakes: Counter,
    /// Time of one.
    #[metric(unit = Seconds)]
    handshake: Summary,
}

/// What the user's code makes of a series may make metrics itself.
struct Made(Counter);

impl Default for Made {
    fn default() -> Self {
        Self(Counter::new())
    }
}

#[derive(Metrics)]
#[metrics(prefix = "net", const_labels(zone = "1"))]
struct Net {
    #[metric(group)]
    links: Family<Peer<'static>, Link>,
    #[metric(group, prefix = "side", const_labels(card = "0"))]
    sides: Family<Direction, Tls>,
    #[metric(group, prefix = "few", max_series = 2)]
    few: Family<Peer<'static>, Tls>,
    #[metric(group, prefix = "all", preset)]
    all: Family<Direction, Tls>,
    /// Besides.
    others: Counter,
}

#[test]
fn a_family_of_groups_is_a_family_for_each_of_its_metrics() {
    let registry = Registry::new();
    let net = Net::register_in(&registry).unwrap();
    for (peer, n) in [(EU, 1), (US, 2)] {
        let link = net.links.with(&peer);
        link.sent_total.inc_by(n);
        link.open.set(-1);
        link.connect.observe(0.25);
        link.made.0.inc();
        link.tls.handshakes.inc_by(10 * n);
    }
    net.links.with(&EU).state.set(Breaker::HalfOpen);
    net.links.with(&US).remote_info.set([("name", "b"), ("peer", "clash")]).unwrap();
    net.links.with(&US).lag.set_function(|| 1.5);
    net.sides.with(&Direction { side: Side::In }).handshake.observe(2.0);
    net.all.clear();
    let expected = [
        r#"net_link_connect_seconds_bucket{zone="1",layer="4",kind="tcp",peer="eu",le="0.5"} 1"#,
        r#"net_link_connect_seconds_bucket{zone="1",layer="4",kind="tcp",peer="eu",le="+Inf"} 1"#,
        r#"net_link_connect_seconds_sum{zone="1",layer="4",kind="tcp",peer="eu"} 0.25"#,
        r#"net_link_connect_seconds_count{zone="1",layer="4",kind="tcp",peer="eu"} 1"#,
        r#"net_link_connect_seconds_bucket{zone="1",layer="4",kind="tcp",peer="u\"s",le="0.5"} 1"#,
        r#"net_link_connect_seconds_bucket{zone="1",layer="4",kind="tcp",peer="u\"s",le="+Inf"} 1"#,
        r#"net_link_connect_seconds_sum{zone="1",layer="4",kind="tcp",peer="u\"s"} 0.25"#,
        r#"net_link_connect_seconds_count{zone="1",layer="4",kind="tcp",peer="u\"s"} 1"#,
        r#"net_link_lag{zone="1",layer="4",peer="u\"s"} 1.5"#,
        r#"net_link_open{zone="1",layer="4",peer="eu"} -1"#,
        r#"net_link_open{zone="1",layer="4",peer="u\"s"} -1"#,
        r#"net_link_remote_info{zone="1",layer="4",peer="u\"s",name="b"} 1"#,
        r#"net_link_sent_bytes_total{zone="1",layer="4",peer="eu"} 1"#,
        r#"net_link_sent_bytes_total{zone="1",layer="4",peer="u\"s"} 2"#,
        r#"net_link_state{zone="1",layer="4",peer="eu",net_link_state="closed"} 0"#,
        r#"net_link_state{zone="1",layer="4",peer="eu",net_link_state="open"} 0"#,
        r#"net_link_state{zone="1",layer="4",peer="eu",net_link_state="half_open"} 1"#,
        r#"net_link_state{zone="1",layer="4",peer="u\"s",net_link_state="closed"} 1"#,
        r#"net_link_state{zone="1",layer="4",peer="u\"s",net_link_state="open"} 0"#,
        r#"net_link_state{zone="1",layer="4",peer="u\"s",net_link_state="half_open"} 0"#,
        r#"net_link_tls_handshake_seconds_sum{zone="1",layer="4",peer="eu"} 0"#,
        r#"net_link_tls_handshake_seconds_count{zone="1",layer="4",peer="eu"} 0"#,
        r#"net_link_tls_handshake_seconds_sum{zone="1",layer="4",peer="u\"s"} 0"#,
        r#"net_link_tls_handshake_seconds_count{zone="1",layer="4",peer="u\"s"} 0"#,
        r#"net_link_tls_handshakes_total{zone="1",layer="4",peer="eu"} 10"#,
        r#"net_link_tls_handshakes_total{zone="1",layer="4",peer="u\"s"} 20"#,
        r#"net_others_total{zone="1"} 0"#,
        r#"net_side_handshake_seconds_sum{zone="1",card="0",side="in"} 2"#,
        r#"net_side_handshake_seconds_count{zone="1",card="0",side="in"} 1"#,
        r#"net_side_handshakes_total{zone="1",card="0",side="in"} 0"#,
    ];
    assert_eq!(lines(&text(&registry)), expected);
    let page = openmetrics(&registry);
    assert_eq!(lines(&page), expected);
    assert!(page.contains("# TYPE net_link_sent_bytes counter\n# UNIT net_link_sent_bytes bytes\n"));
    let desc = registry.descs().into_iter().find(|desc| desc.name == "net_link_open").unwrap();
    assert_eq!((desc.label_names, &*desc.help), (vec!["peer".into()], "Open connections."));
}

#[test]
fn families_of_groups_are_capped_and_preset() {
    let registry = Registry::new();
    let net = Net::register_in(&registry).unwrap();
    for peer in ["a", "b", "c", "d"] {
        net.few.with(&Peer { peer }).handshakes.inc();
    }
    assert_eq!(net.few.len(), 3);
    let labels = [("zone", "1"), ("peer", "__overflow__")];
    assert_eq!(sample_value(&registry, "net_few_handshakes_total", &labels), Some(2.0));
    assert_eq!(net.all.len(), 2);
    assert_eq!(sample_value(&registry, "net_all_handshakes_total", &[("zone", "1"), ("side", "out")]), Some(0.0));
}

#[test]
fn a_family_of_groups_can_be_registered_by_itself() {
    let registry = Registry::new();
    let sides = Family::<Direction, Tls>::register_in(&registry).unwrap();
    let side = sides.with(&Direction { side: Side::Out }).handle();
    thread::spawn(move || side.handshakes.inc()).join().unwrap();
    assert_eq!(sample_value(&registry, "handshakes_total", &[("side", "out")]), Some(1.0));
    let clash = registry.register(Definition::new("handshakes", "Taken."), Arc::new(Counter::new()));
    assert!(clash.is_err());
}

#[test]
fn removed_groups_begin_anew() {
    let net = Net::new();
    let inside = Direction { side: Side::In };
    net.sides.with(&inside).handshakes.inc_by(5);
    net.sides.with(&inside).handshake.observe(2.0);
    assert!(net.sides.remove(&inside));
    assert_eq!(net.sides.with(&inside).handshakes.get(), 0, "a dense one, whose cells stay");
    assert_eq!(net.sides.with(&inside).handshake.sum(), 0.0);
    net.sides.with(&inside).handshake.observe(1.0);
    assert_eq!(net.sides.with(&inside).handshake.count(), 1);

    net.links.with(&EU).sent_total.inc();
    net.links.clear();
    assert_eq!(net.links.len(), 0);
    assert_eq!(net.links.with(&EU).sent_total.get(), 0);
}

#[test]
fn threads_make_and_remove_groups_of_one_family() {
    let registry = Registry::new();
    let net = Net::register_in(&registry).unwrap();
    let peers: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    for peer in &peers {
                        net.links.with(&Peer { peer }).sent_total.inc();
                        net.sides.with(&Direction { side: Side::Out }).handshake.observe(1.0);
                    }
                }
            });
        }
        scope.spawn(|| {
            for n in 0..200u32 {
                let gone = format!("gone{n}");
                net.links.with(&Peer { peer: &gone }).tls.handshakes.inc();
                assert!(net.links.remove(&Peer { peer: &gone }));
                if n % 20 == 0 {
                    assert!(!samples(&registry).is_empty());
                }
            }
        });
    });
    assert_eq!(net.links.len(), peers.len());
    let sent = peers.iter().map(|peer| net.links.with(&Peer { peer }).sent_total.get()).sum::<u64>();
    assert_eq!(sent, 4 * 20 * 50);
    assert_eq!(net.sides.with(&Direction { side: Side::Out }).handshake.count(), 4 * 20 * 50);
}
