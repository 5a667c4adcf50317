//! Families whose labels' names are known at run time only.

use metrics_core::model::Labels;
use metrics_core::registry::Definition;
use metrics_core::testing::sample_value;
use metrics_core::{
    Counter, DynamicFamily, DynamicLabels, Gauge, Histogram, Info, NativeOptions, RegisterError, Registry, Summary,
};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

fn page(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::openmetrics::generate_latest(registry)).unwrap()
}

fn register(labels: &[&str]) -> Result<(), RegisterError> {
    let family = DynamicFamily::<Histogram>::new(&DynamicLabels::new(labels.iter().copied()));
    Registry::new().register(Definition::new("took", "T."), Arc::new(family)).map(drop)
}

#[test]
fn instruments_take_as_many_values_as_there_are_names() {
    let labels = DynamicLabels::new(["table".to_owned(), "column".to_owned()]);
    let rows = Arc::new(DynamicFamily::<Counter>::new(&labels));
    let took = Arc::new(DynamicFamily::<Histogram>::with_buckets(&labels, &[1.0]));
    let open = Arc::new(DynamicFamily::<Gauge>::new(&labels));
    let sizes = Arc::new(DynamicFamily::<Summary>::new(&labels));
    let registry = Registry::new();
    registry.register(Definition::new("rows", "Rows."), rows.clone()).unwrap();
    registry.register(Definition::new("took", "Time."), took.clone()).unwrap();
    registry.register(Definition::new("open", "Open."), open.clone()).unwrap();
    registry.register(Definition::new("sizes", "Sizes."), sizes.clone()).unwrap();
    rows.with(&["users", "id"]).unwrap().inc_by(2);
    rows.with(&["users", "say \"hi\"\n"]).unwrap().inc();
    drop(took.with(&["users", "id"]).unwrap().start_timer());
    let kept = open.with(&["users", "id"]).unwrap().handle();
    thread::spawn(move || kept.set(7.0)).join().unwrap();
    sizes.with(&["users", "id"]).unwrap().observe(3.0);

    let own = [("table", "users"), ("column", "id")];
    assert_eq!(sample_value(&registry, "rows_total", &own), Some(2.0));
    assert_eq!(sample_value(&registry, "took_count", &own), Some(1.0));
    assert_eq!(sample_value(&registry, "open", &own), Some(7.0));
    assert_eq!(sample_value(&registry, "sizes_sum", &own), Some(3.0));
    assert!(page(&registry).contains(r#"rows_total{table="users",column="say \"hi\"\n"} 1"#));

    for wrong in [&[][..], &["users"], &["users", "id", "x"]] {
        let error = rows.with(wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("{} values for 2 labels: table, column", wrong.len()));
        assert_eq!(rows.remove(wrong), Err(error));
    }
    assert_eq!(rows.len(), 2, "what is wrong makes no series");
}

#[test]
fn names_of_any_characters_are_quoted_and_told_apart_from_values() {
    let labels = DynamicLabels::new(["a.b", "é\"=", "plain"]);
    let family = Arc::new(DynamicFamily::<Counter>::new(&labels));
    let registry = Registry::new();
    registry.register(Definition::new("x", "X."), family.clone()).unwrap();
    let nasty = ["", "1", "1\",\"é\\\"=\"=\"", "\\", "\""];
    for (n, a) in (1..).zip(nasty) {
        for b in nasty {
            family.with(&[a, b, "z"]).unwrap().inc_by(n);
        }
    }
    assert_eq!(family.len(), 25);
    for (n, a) in (1..).zip(nasty) {
        for b in nasty {
            assert_eq!(family.with(&[a, b, "z"]).unwrap().get(), n, "{a:?} {b:?}");
        }
    }
    let mut read = Vec::new();
    family.retain(|labels: Labels<'_>| {
        read.push(labels.pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect::<Vec<_>>());
        true
    });
    assert!(read.iter().all(|pairs| pairs.iter().map(|(name, _)| &**name).eq(["a.b", "é\"=", "plain"])));
    assert!(read.iter().any(|pairs| pairs[0].1 == nasty[2] && pairs[1].1 == nasty[4]));
    assert!(page(&registry).contains(r#"x_total{a_b="\\","#), "a page that knows no such names: {}", page(&registry));
    assert_eq!(family.remove(&[nasty[2], "1", "z"]), Ok(true));
    assert_eq!(family.remove_matching(&[("é\"=", "1")]), Ok(4));
    assert!(family.remove_matching(&[("a_b", "1")]).is_err());
    assert_eq!(family.len(), 20);
    family.clear();
    assert!(family.is_empty());
}

#[test]
fn names_are_checked_when_the_family_is_registered() {
    let rule = |labels: &[&str]| register(labels).unwrap_err().to_string();
    assert!(rule(&["a", "a"]).contains("twice"), "{}", rule(&["a", "a"]));
    assert!(rule(&["a.b", "a_b"]).contains("twice"));
    assert!(rule(&["le"]).contains("the type uses this label itself"));
    assert!(rule(&["__name"]).contains("__name"));
    assert!(rule(&[""]).contains("label ``"));
    assert!(register(&[]).is_ok());
}

#[test]
fn the_cap_and_the_end_of_series_are_those_of_other_families() {
    let labels = DynamicLabels::new(["user.id"]);
    let family = DynamicFamily::<Counter>::new(&labels).max_series(Some(2));
    for user in ["1", "2", "3", "4"] {
        family.with(&[user]).unwrap().inc();
    }
    assert_eq!((family.len(), family.with(&["5"]).unwrap().get()), (3, 2));

    let ttl = Duration::from_millis(50);
    let mortal = Arc::new(DynamicFamily::<Counter>::new(&labels).time_to_live(Some(ttl)));
    let registry = Registry::new();
    registry.register(Definition::new("x", "X."), mortal.clone()).unwrap();
    mortal.with(&["1"]).unwrap().inc();
    assert!(page(&registry).contains("x_total"));
    thread::sleep(2 * ttl);
    page(&registry);
    assert!(mortal.is_empty());
}

#[test]
fn infos_and_native_histograms_have_them_too() {
    let labels = DynamicLabels::new(["node"]);
    let info = Arc::new(DynamicFamily::<Info>::new(&labels));
    let native = Arc::new(DynamicFamily::native(&labels, NativeOptions::DEFAULT));
    let registry = Registry::new();
    registry.register(Definition::new("build", "B."), info.clone()).unwrap();
    registry.register(Definition::new("took", "T."), native.clone()).unwrap();
    info.with(&["a"]).unwrap().set([("version", "1")]).unwrap();
    native.with(&["a"]).unwrap().observe(0.3);
    let page = page(&registry);
    assert!(page.contains(r#"build_info{node="a",version="1"} 1"#), "{page}");
    assert!(page.contains(r#"took_count{node="a"} 1"#), "{page}");
    assert!(info.with(&["a"]).unwrap().set([("node", "b")]).is_err(), "the series has that label");
}
