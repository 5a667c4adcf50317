//! OpenMetrics 2.0: the specification's own examples, and what it forbids.

use crate::show;
use metrics_core::model::MetricFamily;
use metrics_exposition::parse::openmetrics_2::{self, parse};
use std::io::BufReader;

fn with_eof(page: &str) -> String {
    page.to_owned() + "# EOF\n"
}

fn families(page: &str) -> Vec<MetricFamily> {
    parse(page.as_bytes()).collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}\n{page}"))
}

fn samples(page: &str) -> Vec<String> {
    families(&with_eof(page)).iter().flat_map(MetricFamily::samples).map(|sample| sample.to_string()).collect()
}

#[test]
fn examples_of_the_specification() {
    let all = include_str!("openmetrics_2/examples.om");
    let pages: Vec<String> = all.split("\n\n").map(|page| page.trim_end().to_owned() + "\n").collect();
    assert!(pages.len() > 25, "found the pages");
    for page in pages {
        let expected = families(&page);
        let pieces = openmetrics_2::read(BufReader::with_capacity(3, page.as_bytes()), Default::default());
        assert_eq!(pieces.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{page}");
    }
}

#[test]
fn values_of_several_parts() {
    let page = "# TYPE h histogram\nh{a=\"b\"} {count:17,sum:3.5,bucket:[-0.5:0,0.1:8,+Inf:17]} 10 st@1.5 # {} 0.05 9.5 # \
                {id=\"x\"} NaN 9\n# TYPE g gaugehistogram\ng {gcount:2,gsum:-1,bucket:[+Inf:2.0]}\n# TYPE s summary\ns \
                {count:3,sum:1,quantile:[0.5:0.25,1:NaN]} st@2\n";
    assert_eq!(
        samples(page),
        [
            r#"h_bucket{a="b",le="-0.5"} 0 10"#,
            r#"h_bucket{a="b",le="0.1"} 8 10 # {} 0.05 9.5"#,
            r#"h_bucket{a="b",le="+Inf"} 17 10 # {id="x"} NaN 9"#,
            r#"h_sum{a="b"} 3.5 10"#,
            r#"h_count{a="b"} 17 10"#,
            r#"h_created{a="b"} 1.5 10"#,
            r#"g_bucket{le="+Inf"} 2"#,
            "g_gsum -1.0",
            "g_gcount 2",
            r#"s{quantile="0.5"} 0.25"#,
            r#"s{quantile="1.0"} NaN"#,
            "s_sum 1.0",
            "s_count 3",
            "s_created 2.0",
        ]
    );
    let page = "# TYPE n histogram\nn {count:30,sum:3.5,schema:-2,zero_threshold:1e-4,zero_count:1,negative_spans:[-1:2],\
                negative_buckets:[5,7],positive_spans:[1:1,2:2],positive_buckets:[1,0,9.0]} # {} 1 2\n# EOF\n";
    let found = families(page)[0].samples().into_iter().find_map(|sample| sample.native_histogram).unwrap();
    assert_eq!((found.schema(), found.zero_threshold(), found.zero_count()), (-2, 1e-4, 1));
    assert_eq!(found.negative().iter().collect::<Vec<_>>(), [(-1, 5), (0, 7)]);
    assert_eq!(found.positive().iter().collect::<Vec<_>>(), [(1, 1), (4, 0), (5, 9)]);
    assert_eq!((found.count(), found.exemplars().len()), (30, 1), "seven were NaN");
}

#[test]
fn names_are_those_of_samples() {
    let page = "# TYPE a_total counter\n# UNIT a_total seconds\na_total 1 st@5 # {} 1 2 # {x=\"y\"} 3 4\n# TYPE b counter\nb \
                2\n# TYPE c_info info\nc_info{v=\"1\"} 1\n# TYPE d_seconds_total counter\n# UNIT d_seconds_total \
                seconds\nd_seconds_total 3\na_sum 4\n";
    assert_eq!(
        show(parse(with_eof(page).as_bytes())),
        [
            r#"counter "a" "" None ["a_total 1 # {x=\"y\"} 3.0 4", "a_created 5.0"]"#,
            r#"counter "b" "" None ["b_total 2"]"#,
            r#"info "c" "" None ["c_info{v=\"1\"} 1"]"#,
            r#"counter "d_seconds" "" Some("seconds") ["d_seconds_total 3"]"#,
            r#"unknown "a_sum" "" None ["a_sum 4"]"#,
        ]
    );
}

#[test]
fn states_with_times_are_put_in_order() {
    let line = |set: &str, state: &str, value: u8, time: u8| {
        format!("foo{{entity=\"{set}\",foo=\"{state}\"}} {value} {time}\n")
    };
    let page = |lines: &[(&str, &str, u8, u8)]| {
        let lines: String = lines.iter().map(|(set, state, value, time)| line(set, state, *value, *time)).collect();
        "# TYPE foo stateset\n".to_owned() + &lines
    };
    let read =
        samples(&page(&[("c", "a", 1, 1), ("c", "a", 0, 2), ("c", "bb", 0, 1), ("c", "bb", 1, 2), ("r", "a", 1, 1)]));
    let expected = [("c", "a", 1, 1), ("c", "bb", 0, 1), ("c", "a", 0, 2), ("c", "bb", 1, 2), ("r", "a", 1, 1)];
    let expected = expected.map(|(set, state, value, time)| line(set, state, value, time).trim_end().to_owned());
    assert_eq!(read, expected);

    for (wrong, rule) in [
        (page(&[("c", "a", 1, 1), ("c", "b", 1, 1), ("c", "a", 1, 2)]), "follow one another"),
        (page(&[("c", "a", 1, 1), ("d", "a", 1, 1), ("c", "b", 1, 1)]), "follow one another"),
        (page(&[("c", "a", 1, 2), ("c", "a", 1, 1)]), "must rise"),
        (page(&[("c", "a", 1, 2), ("c", "a", 1, 2)]), "must rise"),
        (page(&[("c", "a", 2, 2)]), "0 or 1"),
        (page(&[("c", "a", 1, 2)]) + "foo{entity=\"c\",foo=\"b\"} 1\n", "must rise"),
        ("# TYPE foo stateset\nfoo{a=\"b\"} 1 1\n".to_owned(), "is missing"),
    ] {
        let error = parse(with_eof(&wrong).as_bytes()).find_map(Result::err).unwrap_or_else(|| panic!("{wrong}"));
        assert!(error.to_string().contains(rule), "{wrong}{error}");
    }
}

#[test]
fn long_exemplars_are_left_out() {
    let page = format!("# TYPE a counter\na 1 # {{id=\"{}\"}} 1 2\n", "x".repeat(200));
    assert_eq!(samples(&page), ["a_total 1"]);
}

#[test]
fn what_is_forbidden_is_refused_at_its_place() {
    let mut wrong = String::new();
    for (page, place, rule) in [
        ("a 1\n\n", (2, 1), "no blank lines"),
        ("# TYPE a counter\na_total 1\n# TYPE a counter\n", (3, 8), "rename one"),
        ("a 1\n# TYPE a gauge\n", (2, 3), "before the samples"),
        ("# TYPE a untyped\n", (1, 10), "`unknown`"),
        ("# TYPE a gauge\n# TYPE a gauge\n", (2, 3), "already"),
        ("# TYPE a info\n", (1, 10), "ends with `_info`"),
        ("# TYPE a_info info\n# UNIT a_info x\n", (2, 15), "unit"),
        ("# TYPE a_info info\na_info 2\n", (2, 8), "value of an info is 1"),
        ("# TYPE a counter\na -1\n", (2, 3), "never negative"),
        ("# TYPE a gauge\na 1 st@1\n", (2, 8), "have a start"),
        ("# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\na{b=\"1\"} 1 5\n", (4, 1), "must rise"),
        ("# TYPE a gauge\na{b=\"1\"} 1 1\na{b=\"2\"} 1\na{b=\"1\"} 1 5\n", (4, 1), "follow one another"),
        ("# TYPE a gauge\na 1\na 1\n", (3, 1), "already"),
        ("# TYPE a gauge\na {count:1}\n", (2, 3), "several parts"),
        ("# TYPE a counter\na 1 st@1 1\n", (2, 9), "end of the line"),
        ("# TYPE a counter\na 1 ST@1\n", (2, 5), "finite number"),
        ("# TYPE a counter\na 1 # {} 1\n", (2, 11), "time, which each has"),
        ("# TYPE a counter\na 1 # 1 1\n", (2, 7), "`{` and labels"),
        ("# TYPE h histogram\nh 1\n", (2, 3), "`{`"),
        ("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh {count:1}\n", (3, 3), "several parts"),
        ("# TYPE h histogram\nh {count: 1,sum:1,bucket:[+Inf:1]}\n", (2, 10), "decimal number"),
        ("# TYPE h histogram\nh {count:1.5,sum:1,bucket:[+Inf:1]}\n", (2, 10), "whole"),
        ("# TYPE h histogram\nh {sum:1,count:1,bucket:[+Inf:1]}\n", (2, 4), "`count:`"),
        ("# TYPE h histogram\nh {gcount:1,gsum:1,bucket:[+Inf:1]}\n", (2, 4), "`count:`"),
        ("# TYPE h gaugehistogram\nh {count:1,sum:1,bucket:[+Inf:1]}\n", (2, 4), "`gcount:`"),
        ("# TYPE h histogram\nh {count:1,sum:1}\n", (2, 17), "`,bucket:` or `,schema:`"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[]}\n", (2, 17), "+Inf"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[1:1]}\n", (2, 17), "+Inf"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[2:1,1:1,+Inf:1]}\n", (2, 3), "bounds must rise"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[1:2,+Inf:1]}\n", (2, 3), "less than the one before"),
        ("# TYPE h histogram\nh {count:2,sum:1,bucket:[+Inf:1]}\n", (2, 3), "the last bucket"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[+Inf:1],x:1}\n", (2, 33), "`}`"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[+Inf:1] }\n", (2, 33), "`}`"),
        ("# TYPE h histogram\nh {count:1,sum:1,bucket:[NaN:1,+Inf:1]}\n", (2, 26), "decimal number"),
        ("# TYPE h histogram\nh{le=\"1\"} {count:1,sum:1,bucket:[+Inf:1]}\n", (2, 1), "uses it itself"),
        ("# TYPE h histogram\nh {count:1,sum:1,schema:9,zero_threshold:0,zero_count:1}\n", (2, 25), "schema 9"),
        ("# TYPE h histogram\nh {count:1,sum:1,schema:999,zero_threshold:0,zero_count:1}\n", (2, 25), "-4 to 8"),
        ("# TYPE h histogram\nh {count:1,sum:1,schema:1,zero_threshold:-1,zero_count:1}\n", (2, 25), "width"),
        (
            "# TYPE h histogram\nh {count:1,sum:1,schema:1,zero_threshold:0,zero_count:2}\n",
            (2, 25),
            "more observations",
        ),
        (
            "# TYPE h histogram\nh {count:1,sum:1,schema:1,zero_threshold:0,zero_count:0,positive_spans:[0:2],\
             positive_buckets:[1]}\n",
            (2, 56),
            "each bucket one",
        ),
        (
            "# TYPE h histogram\nh {count:1,sum:1,schema:1,zero_threshold:0,zero_count:0,positive_spans:[0:1]}\n",
            (2, 77),
            "buckets of the spans",
        ),
        (
            "# TYPE h histogram\nh {count:2,sum:1,schema:1,zero_threshold:0,zero_count:0,positive_spans:[0:1,-1:1],\
             positive_buckets:[1,1]}\n",
            (2, 56),
            "below 0",
        ),
        ("# TYPE s summary\ns {count:1,sum:NaN,quantile:[]}\n", (2, 16), "never negative"),
        ("# TYPE s summary\ns {count:1,sum:1,quantile:[0.5:-1]}\n", (2, 32), "never negative"),
        ("# TYPE s summary\ns {count:1,sum:1,quantile:[1.5:1]}\n", (2, 3), "part of the whole"),
        ("# TYPE s summary\ns {count:1,sum:1,quantile:[0.5:1,0.5:1]}\n", (2, 3), "must rise"),
        ("# TYPE s summary\ns {count:1,sum:1}\n", (2, 17), "`,quantile:`"),
        ("# EOF\na 1\n", (2, 1), "behind `# EOF`"),
        ("a 1\n", (2, 1), "cut off"),
    ] {
        let error = parse(page.as_bytes()).find_map(Result::err).unwrap_or_else(|| panic!("{page}"));
        if (error.line(), error.column()) != place || !error.to_string().contains(rule) {
            wrong += &format!("{page}{error}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
