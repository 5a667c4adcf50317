use super::*;
use metrics_core::model::{NativeBuckets as Buckets, NativeHistogram};

fn def(name: &str, kind: Kind, mode: Mode) -> FamilyDef<'_> {
    FamilyDef { name, help: "Help.", unit: "", kind, mode }
}

impl Table {
    /// All samples, as text.
    pub(in crate::multiprocess) fn page(&mut self) -> Vec<String> {
        self.end();
        let mut families: Vec<_> = self.descs().collect();
        families.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        let samples = families.iter().flat_map(|(number, desc)| self.owned(*number, desc).expect("a name").samples());
        samples.map(|sample| sample.to_string()).collect()
    }

    fn gauge(&mut self, mode: Mode, pid: &str, value: f64, time: u64) {
        let family = self.family(&def("load", Kind::Gauge, mode)).expect("one type");
        let series = if self.mode(family).is_per_process() {
            self.series_of_process(family, "", pid)
        } else {
            self.series(family, "")
        };
        self.add(series.expect("labels"), value.into(), time);
    }
}

#[test]
fn counters_add_up_and_keep_whole_numbers() {
    let mut table = Table::default();
    for scrape in 1..=2 {
        table.begin();
        for (labels, value) in [("a=\"1\",b=\"2\"", u64::MAX - 5), ("b=\"2\",a=\"1\"", 5), ("", 7)] {
            let family = table.family(&def("jobs", Kind::Counter, Mode::Unset)).expect("one type");
            let series = table.series(family, labels).expect("labels");
            table.add(series, value.into(), 0);
            table.created(series, value);
        }
        let page = table.page();
        let expected = ["jobs_total 7", "jobs_created 7.0e-09", "jobs_total{a=\"1\",b=\"2\"} 18446744073709551615"];
        assert_eq!(page[0], expected[0], "scrape {scrape}");
        assert_eq!(page[2], expected[2]);
        assert_eq!(page.len(), 4);
        assert!(page[3].starts_with("jobs_created{") && page[3].contains("5e-09"), "the earliest: {}", page[3]);
    }
    // What is not seen again is not there.
    table.begin();
    assert!(table.page().is_empty());
}

#[test]
fn a_counter_of_doubles_joins_one_of_whole_numbers() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("work", Kind::Counter, Mode::Unset)).expect("one type");
    let series = table.series(family, "").expect("labels");
    table.add(series, 3u64.into(), 0);
    table.add(series, 0.5.into(), 0);
    table.add(series, f64::NAN.into(), 0);
    table.add(series, (-1i64).into(), 0);
    assert_eq!(table.page(), ["work_total 3.5"]);
}

#[test]
fn modes_of_gauges() {
    let cases: [(Mode, &[&str]); 6] = [
        (Mode::Unset, &["load{pid=\"1\"} 2.5", "load{pid=\"2\"} -1.0", "load{pid=\"3\"} 4.0"]),
        (Mode::LiveAll, &["load{pid=\"1\"} 2.5", "load{pid=\"2\"} -1.0", "load{pid=\"3\"} 4.0"]),
        (Mode::Min, &["load -1.0"]),
        (Mode::LiveMax, &["load 4.0"]),
        (Mode::Sum, &["load 5.5"]),
        (Mode::MostRecent, &["load 2.5"]),
    ];
    for (mode, expected) in cases {
        let mut table = Table::default();
        table.begin();
        for (pid, value, time) in [("1", 2.5, 30), ("2", -1.0, 20), ("3", 4.0, 0)] {
            table.gauge(mode, pid, value, time);
        }
        assert_eq!(table.page(), expected, "{mode}");
    }
}

#[test]
fn a_gauge_that_was_never_set_is_not_the_most_recent() {
    let mut table = Table::default();
    table.begin();
    table.gauge(Mode::MostRecent, "1", 3.0, 0);
    assert!(table.page().is_empty());
    assert_eq!(table.descs().count(), 1);
}

#[test]
fn the_first_process_decides() {
    let mut table = Table::default();
    table.begin();
    table.gauge(Mode::Max, "1", 3.0, 0);
    table.gauge(Mode::Sum, "2", 4.0, 0);
    assert!(table.family(&def("load", Kind::Counter, Mode::Unset)).is_none());
    assert_eq!(table.page(), ["load 4.0"]);
    let conflicts: Vec<_> = table.conflicts().collect();
    assert_eq!(conflicts, [("load", Conflict::Type, 1), ("load", Conflict::Mode, 1)]);
    // In the next scrape another one may be the first.
    table.begin();
    let family = table.family(&def("load", Kind::Counter, Mode::Unset)).expect("the first");
    let series = table.series(family, "").expect("labels");
    table.add(series, 1u64.into(), 0);
    assert_eq!(table.page(), ["load_total 1"]);
    assert_eq!(table.conflicts().count(), 0);
}

#[test]
fn labels_of_the_process_give_way() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("load", Kind::Gauge, Mode::All)).expect("one type");
    for (labels, pid) in [(r#"pid="a""#, "1"), (r#"exported_pid="x",pid="b""#, "1"), ("", "2")] {
        let series = table.series_of_process(family, labels, pid).expect("labels");
        table.add(series, 1u64.into(), 0);
    }
    // An older process of the same number.
    let series = table.series_of_process(family, "", "2").expect("labels");
    table.add(series, 9u64.into(), 0);
    let page = table.page();
    assert_eq!(
        page,
        [
            r#"load{exported_exported_pid="b",exported_pid="x",pid="1"} 1"#,
            r#"load{exported_pid="a",pid="1"} 1"#,
            r#"load{pid="2"} 1"#
        ]
    );
}

#[test]
fn what_are_no_labels_is_left_out() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("latency", Kind::Histogram, Mode::Unset)).expect("one type");
    for labels in [r#"le="1""#, "a=\"b\"\n", "a=\"1\",a=\"2\"", r#"__a="1""#, "x", "{}", r#"a="1","#] {
        for _ in 0..2 {
            assert_eq!(table.series(family, labels), None, "{labels}");
        }
    }
    assert_eq!(table.conflicts().collect::<Vec<_>>(), [("latency", Conflict::Labels, 14)]);
}

#[test]
fn other_buckets_are_kept_apart() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("t", Kind::Histogram, Mode::Unset)).expect("one type");
    let series = table.series(family, r#"z="1""#).expect("labels");
    table.add_buckets(series, &[2.0], &[1, 0], 1.0);
    for _ in 0..2 {
        table.add_buckets(series, &[1.0, 5.0], &[1, 2, 3], 20.0);
    }
    let exemplar = Sighting { value: 3.0, time: 1_000_000_000, labels: r#"id="x""# };
    table.add_exemplar(series, &[1.0, 5.0], 1, exemplar);
    table.add_exemplar(series, &[1.0, 5.0], 1, Sighting { time: 1, ..exemplar });
    let page = table.page();
    let expected = [
        r#"t_bucket{buckets="2.0",z="1",le="2.0"} 1"#,
        r#"t_bucket{buckets="2.0",z="1",le="+Inf"} 1"#,
        r#"t_sum{buckets="2.0",z="1"} 1.0"#,
        r#"t_count{buckets="2.0",z="1"} 1"#,
        r#"t_bucket{z="1",le="1.0"} 2"#,
        r#"t_bucket{z="1",le="5.0"} 6 # {id="x"} 3.0 1"#,
        r#"t_bucket{z="1",le="+Inf"} 12"#,
        r#"t_sum{z="1"} 40.0"#,
        r#"t_count{z="1"} 12"#,
    ];
    assert_eq!(page, expected);
    assert_eq!(table.conflicts().collect::<Vec<_>>(), [("t", Conflict::Buckets, 1)]);
}

#[test]
fn states_and_infos() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("phase", Kind::StateSet, Mode::Sum)).expect("one type");
    let series = table.series(family, "").expect("labels");
    table.add_state(series, ["on", "off"].into_iter(), 1, 0);
    // Another version, with another order.
    table.add_state(series, ["off", "half", "on"].into_iter(), 1, 0);
    let family = table.family(&def("build", Kind::Info, Mode::Unset)).expect("one type");
    for version in ["1", "2", "1"] {
        let series = table.series(family, &format!("version=\"{version}\"")).expect("labels");
        table.add_info(series);
    }
    let page = table.page();
    let expected = [
        r#"build_info{version="1"} 1"#,
        r#"build_info{version="2"} 1"#,
        r#"phase{phase="on"} 0"#,
        r#"phase{phase="off"} 1"#,
        r#"phase{phase="half"} 1"#,
    ];
    assert_eq!(page, expected);
}

#[test]
fn gauge_histograms_and_summaries() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("ages", Kind::GaugeHistogram, Mode::Unset)).expect("one type");
    let series = table.series(family, "").expect("labels");
    table.add_gauge_buckets(series, &[1.0], &[3, -1], 2.0);
    table.add_gauge_buckets(series, &[1.0], &[1, 0], 0.5);
    let family = table.family(&def("wait", Kind::Summary, Mode::Unset)).expect("one type");
    let series = table.series(family, "").expect("labels");
    table.add_summary(series, 2, 0.5);
    table.add_summary(series, 3, 1.0);
    let expected = [
        r#"ages_bucket{le="1.0"} 4"#,
        r#"ages_bucket{le="+Inf"} 4"#,
        "ages_gsum 2.5",
        "ages_gcount 4",
        "wait_sum 1.5",
        "wait_count 5",
    ];
    assert_eq!(table.page(), expected);
}

#[test]
fn native_histograms_meet_at_the_coarsest() {
    let mut table = Table::default();
    table.begin();
    let family = table.family(&def("t", Kind::Histogram, Mode::Unset)).expect("one type");
    let series = table.series(family, "").expect("labels");
    let mut fine = NativeBuckets::new(1, 0.0).expect("a schema");
    // Above 1 up to 1.41, up to 2, and up to 2.83.
    for (index, count) in [(1, 10), (2, 20), (3, 40)] {
        fine.add_positive(index, count);
    }
    fine.add_negative(-3, 5);
    fine.not_a_number = 1;
    let mut coarse = NativeBuckets::new(0, 0.3).expect("a schema");
    coarse.zero = 100;
    coarse.add_positive(1, 1);
    table.add_histogram(series, &[], &[], 1.0, Some(&fine));
    table.add_histogram(series, &[], &[], 2.0, Some(&coarse));
    table.end();
    let (number, desc) = table.descs().next().expect("one family");
    let samples = table.owned(number, &desc).expect("a name").samples();
    // The negative bucket, from 0.25 to 0.35, is in the zero bucket by a part, which so becomes as wide.
    let expected = NativeHistogram::new(0, 3.0, Buckets::from_buckets([(1, 31), (2, 40)]).unwrap(), Buckets::default())
        .and_then(|histogram| histogram.with_zero_bucket(0.353_553_390_593_273_73, 105))
        .unwrap()
        .with_not_a_number(1);
    assert_eq!(samples.iter().find_map(|sample| sample.native_histogram.as_ref()), Some(&expected));
}

#[test]
fn whole_numbers_fold_exactly() {
    use super::fold::{add, fold};
    let big = Number::U64(u64::MAX);
    assert_eq!(fold(Mode::Max, big, Number::U64(u64::MAX - 1)), big);
    assert_eq!(fold(Mode::Min, big, Number::U64(u64::MAX - 1)), Number::U64(u64::MAX - 1));
    assert_eq!(fold(Mode::Max, Number::I64(-1), Number::F64(f64::NAN)), Number::I64(-1));
    assert_eq!(fold(Mode::Max, Number::F64(f64::NAN), Number::I64(-1)), Number::I64(-1));
    assert_eq!(add(Number::U64(5), Number::I64(-7)), Number::I64(-2));
    assert_eq!(add(big, Number::U64(1)), Number::F64(2f64.powi(64)));
}

#[test]
fn keys_that_are_gone_are_forgotten() {
    let mut table = Table::default();
    table.begin();
    let before = table.generation();
    for n in 0..10_000 {
        let family = table.family(&def("jobs", Kind::Counter, Mode::Unset)).expect("one type");
        let series = table.series(family, &format!("n=\"{n}\"")).expect("labels");
        table.add(series, 1u64.into(), 0);
    }
    table.begin();
    assert_eq!(table.generation(), before);
    table.begin();
    assert_ne!(table.generation(), before);
}
