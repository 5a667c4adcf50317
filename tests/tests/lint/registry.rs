//! What only a registry has: families without series, units, exemplars, places of definition.

use metrics_core::model::{Desc, Exemplar, GaugeMetricFamily, GaugePoint, InfoMetricFamily, Kind, MetricFamily};
use metrics_core::registry::Definition;
use metrics_core::{Collector, Counter, Family, Gauge, LabelSet, Metrics, Registry};
use metrics_exposition::lint::{self, Linter};
use std::panic::catch_unwind;
use std::sync::Arc;

#[derive(LabelSet)]
#[allow(non_snake_case, reason = "what is to be found")]
struct User<'a> {
    userId: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "shop")]
struct Shop {
    /// Orders.
    orders: Family<User<'static>, Counter>,
    /// Time that an order takes.
    order_seconds: Gauge,
    /// Space on the shelves.
    #[metric(unit = Ratio)]
    free_space: Gauge,
}

fn shop() -> (Registry, Arc<Shop>) {
    let registry = Registry::new();
    let shop = Shop::register_in(&registry).unwrap();
    (registry, shop)
}

fn lines(registry: &Registry) -> Vec<String> {
    lint::registry(registry).iter().map(ToString::to_string).collect()
}

#[test]
fn families_are_looked_at_before_they_have_series() {
    let expected = [
        "shop_order_seconds name ends in the unit \"seconds\", which is not declared",
        "shop_orders_total label names should be written in 'snake_case' not 'camelCase'",
    ];
    let (registry, shop) = shop();
    assert_eq!(lines(&registry), expected);
    shop.orders.with(&User { userId: "7" }).inc();
    assert_eq!(lines(&registry), expected);
    shop.free_space.set(50.0);
    assert_eq!(lines(&registry)[0], "shop_free_space_ratio is a ratio of 50, above 1");
}

#[test]
fn labels_that_grow_without_end_are_seen() {
    let (registry, shop) = shop();
    for id in 0..1_001 {
        shop.orders.with(&User { userId: &id.to_string() }).inc();
    }
    let lines = lines(&registry);
    assert!(lines.contains(&"shop_orders_total has 1001 series, more than 1000".to_owned()), "{lines:?}");
    let values = "shop_orders_total label \"userId\" has 1001 values in 1001 series";
    assert!(lines.iter().any(|line| line == values), "{lines:?}");
}

#[test]
fn an_exemplar_of_a_gauge_is_lost() {
    let registry = Registry::new();
    let collect = || -> Vec<MetricFamily> {
        let mut load = GaugeMetricFamily::new("load", "Load of the machine.", []).unwrap();
        load.add_metric([], GaugePoint::from(1).exemplar(Exemplar::new([("id", "a")], 1.0).unwrap())).unwrap();
        vec![load.into()]
    };
    registry.register_collector(Arc::new(collect)).unwrap();
    assert_eq!(lines(&registry), ["load has an exemplar, which a gauge cannot show"]);
}

/// Describes a family whose unit is not in its name.
struct Odd;

impl Collector for Odd {
    fn collect(&self) -> Vec<MetricFamily> {
        Vec::new()
    }

    fn describe(&self) -> Vec<Desc> {
        let mut size = Desc::new("size", "Size of the file.", Kind::Gauge);
        size.unit = Some("bytes".into());
        vec![size]
    }
}

#[test]
fn a_unit_is_the_last_word_of_the_name() {
    let registry = Registry::new();
    registry.register_collector(Arc::new(Odd)).unwrap();
    assert_eq!(lines(&registry), ["size unit \"bytes\" is not the last word of the name"]);
}

/// Describes one family, and fails to give it.
struct Panics;

impl Collector for Panics {
    fn collect(&self) -> Vec<MetricFamily> {
        panic!("on purpose")
    }

    fn describe(&self) -> Vec<Desc> {
        vec![Desc::new("aB", "Never there.", Kind::Gauge)]
    }
}

#[test]
fn what_can_have_no_unit_needs_none() {
    let registry = Registry::new();
    let clock = || -> Vec<MetricFamily> {
        vec![InfoMetricFamily::single("clock_seconds", "What ticks.", [("by", "quartz")]).unwrap().into()]
    };
    registry.register_collector(Arc::new(clock)).unwrap();
    assert_eq!(lines(&registry), [""; 0]);
}

#[test]
fn a_collector_that_panics_leaves_the_rest() {
    let (registry, _shop) = shop();
    let mut expected = lines(&registry);
    registry.register_collector(Arc::new(Panics)).unwrap();
    expected.insert(0, "aB metric names should be written in 'snake_case' not 'camelCase'".to_owned());
    assert_eq!(lines(&registry), expected, "what is described is there, without series");
}

#[test]
fn the_assertion_tells_all() {
    let (registry, _shop) = shop();
    let panic = catch_unwind(|| lint::assert_lint_clean(&registry)).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    for part in [
        "shop_order_seconds name ends in the unit \"seconds\", which is not declared, defined at ",
        "lint/registry.rs:",
        "declare the unit",
        "(rule `camel-case`)",
    ] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
    let linter = Linter::new().disable("camel-case").unwrap().disable("unit").unwrap();
    linter.assert_clean(&registry);
}

#[test]
fn own_rules_are_applied_too() {
    let registry = Registry::new();
    registry.register(Definition::new("load", "Load of the machine."), Arc::new(Gauge::new())).unwrap();
    let linter = Linter::new().rule("team", "name the team", |family| {
        assert_eq!((family.desc().kind, family.samples().len()), (Kind::Gauge, 1));
        vec![format!("belongs to nobody, as all {} of it", family.series().count())]
    });
    let [problem] = &linter.registry(&registry)[..] else { panic!() };
    assert_eq!((problem.rule, problem.way_out), ("team", "name the team"));
    assert_eq!(problem.to_string(), "load belongs to nobody, as all 1 of it");
    linter.disable("team").unwrap().assert_clean(&registry);
}
