//! What text takes, and what it does not.

use crate::show;
use metrics_core::model::MetricFamily;
use metrics_exposition::parse::text;

fn samples(page: &str) -> Vec<String> {
    let families: Vec<_> = text::parse(page.as_bytes()).collect::<Result<_, _>>().unwrap();
    families.iter().flat_map(MetricFamily::samples).map(|sample| sample.to_string()).collect()
}

#[test]
fn blanks_commas_and_comments_do_not_matter() {
    for line in ["a{x=\"1\"} 2 3000", "  a{x=\"1\"}\t2\t3000  ", "a { x = \"1\" , } 2 3e3", "a{,x=\"1\",}2 3000\r"] {
        assert_eq!(samples(line), ["a{x=\"1\"} 2 3"], "{line}");
    }
    let page =
        "\n\n# words\n#\n#TYPE a counter\n \t# TYPE   a \t counter \r\n# HELP  a  Some  help. \\\\ \\n \\\" \na 1\n\n";
    let shown = show(text::parse(page.as_bytes()));
    assert_eq!(shown, [r#"counter "a" "Some  help. \\ \n \\\" " None ["a_total 1"]"#]);
}

#[test]
fn many_lines_in_each_style_are_read_alike() {
    for line in ["a{x=\"N\",y=\"2\"} 1", "a{x=\"N\",y=\"2\",} 1", "a{x=\"N\", y=\"2\"} 1", "a{y=\"2\",x=\"N\"} 1"] {
        let page: String = ["1", "2", "3"].map(|n| line.replace('N', n) + "\n").concat();
        let all = samples(&page);
        assert_eq!(all.len(), 3, "{line}");
        let first = if line.starts_with("a{y") { "a{y=\"2\",x=\"1\"} 1" } else { "a{x=\"1\",y=\"2\"} 1" };
        assert_eq!(all[0], first);
    }
}

#[test]
fn what_no_family_can_hold_becomes_several() {
    for (page, expected) in [
        // A series twice, whatever the order of its labels.
        (
            "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\na 3\n",
            &[
                r#"unknown "a" "" None ["a{x=\"1\",y=\"2\"} 1"]"#,
                r#"unknown "a" "" None ["a{y=\"2\",x=\"1\"} 2", "a 3"]"#,
            ][..],
        ),
        (
            "# HELP c Help.\n# TYPE c counter\nc 1\nc -1\nc 2\n",
            &[
                r#"counter "c" "Help." None ["c_total 1"]"#,
                r#"unknown "c" "" None ["c -1"]"#,
                r#"counter "c" "" None ["c_total 2"]"#,
            ],
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"2\"} 5\nh_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 5.5\nh 1\n",
            &[
                r#"histogram "h" "" None ["h_bucket{le=\"2.0\"} 5", "h_bucket{le=\"+Inf\"} 5", "h_count 5"]"#,
                r#"histogram "h" "" None ["h_bucket{le=\"1.0\"} 3", "h_bucket{le=\"+Inf\"} 3", "h_count 3"]"#,
                r#"unknown "h_bucket" "" None ["h_bucket{le=\"+Inf\"} 5.5"]"#,
                r#"unknown "h" "" None ["h 1"]"#,
                r#"histogram "h" "" None []"#,
            ],
        ),
        (
            "a 1 2000\na 2 1000\na 3\n",
            &[r#"unknown "a" "" None ["a 1 2"]"#, r#"unknown "a" "" None ["a 2 1"]"#, r#"unknown "a" "" None ["a 3"]"#],
        ),
        (
            "a 1\n# TYPE a gauge\na 2\n# HELP a Late.\na 3\n",
            &[r#"unknown "a" "" None ["a 1"]"#, r#"gauge "a" "" None ["a 2"]"#, r#"gauge "a" "Late." None ["a 3"]"#],
        ),
        (
            "# TYPE a_total counter\na_total 1\na 2\n",
            &[r#"counter "a" "" None ["a_total 1"]"#, r#"unknown "a" "" None ["a 2"]"#],
        ),
    ] {
        assert_eq!(show(text::parse(page.as_bytes())), expected, "{page}");
    }
}

#[test]
fn names_of_all_characters_stand_in_quotes() {
    let page = "# TYPE \"my.name\" gauge\n{\"my.name\",\"l.x\"=\"é\\\"\\\\\\n\\t\"} 1\n{y=\"1\",\"other name\"} 2\n";
    assert_eq!(
        samples(page),
        [r#"{"my.name","l.x"="é\"\\\n\\t"} 1.0"#.replace("1.0", "1"), r#"{"other name",y="1"} 2"#.into()]
    );
}

#[test]
fn what_is_of_no_family_is_of_unknown_type() {
    let page = "# TYPE a gauge\na 1\nb_total 2\nb_total{x=\"1\"} 3\na_sum 4\n";
    let shown = show(text::parse(page.as_bytes()));
    assert_eq!(
        shown,
        [
            r#"gauge "a" "" None ["a 1"]"#,
            r#"unknown "b_total" "" None ["b_total 2", "b_total{x=\"1\"} 3"]"#,
            r#"unknown "a_sum" "" None ["a_sum 4"]"#,
        ]
    );
    assert_eq!(samples("# TYPE c_total counter\nc_total 1\n# TYPE d untyped\nd 2"), ["c_total 1", "d 2"]);
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (page, place) in [
        ("a 1\nb\n", (2, 2)),
        ("a{x=\"1} 1\n", (1, 10)),
        ("a{x=\"1\" y=\"2\"} 1\n", (1, 9)),
        ("a{x=\"1\",,y=\"2\"} 1\n", (1, 9)),
        ("a{é=\"1\"} 1\n", (1, 3)),
        ("a{é=\"ééé\" 1\n", (1, 3)),
        ("a{x=\"ééé\" 1\n", (1, 11)),
        ("a 1 2 3\n", (1, 7)),
        ("a 1_0\n", (1, 3)),
        ("  a one\n", (1, 5)),
        ("a{\"b\"} 1\n", (1, 3)),
        ("my.name 1\n", (1, 3)),
        ("# TYPE a\n", (1, 9)),
        ("# TYPE a meter\n", (1, 10)),
        ("# HELP a-b text\n", (1, 9)),
        ("a{__x=\"1\"} 1\n", (1, 3)),
        ("a{x=\"1\",x=\"2\"} 1\n", (1, 9)),
    ] {
        let error = text::parse(page.as_bytes()).find_map(Result::err).unwrap_or_else(|| panic!("{page}"));
        assert_eq!((error.line(), error.column()), place, "{page}{error}");
    }
}
