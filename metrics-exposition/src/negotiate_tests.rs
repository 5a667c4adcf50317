use super::negotiate;
use crate::encoder::Format;
use metrics_core::name::EscapingScheme;

const TEXT: Format = crate::text::FORMAT;
const TEXT_1_0_0: Format = crate::text::FORMAT_1_0_0;
/// Not taken from its module, which may be switched off.
const OPEN_METRICS: Format =
    Format { media_type: "application/openmetrics-text", version: "1.0.0", has_escaping: true, ..TEXT };
const OPEN_METRICS_2: Format = Format { version: "2.0.0", is_experimental: true, ..OPEN_METRICS };
const PROTOBUF: Format = Format {
    media_type: "application/vnd.google.protobuf",
    version: "",
    parameters: &[("proto", "io.prometheus.client.MetricFamily"), ("encoding", "delimited")],
    ..OPEN_METRICS
};

fn chosen(accept: &[&[u8]]) -> String {
    let (format, escaping) = negotiate(accept, &[TEXT, TEXT_1_0_0, OPEN_METRICS, PROTOBUF, OPEN_METRICS_2]);
    let name = match (format.media_type, format.version) {
        ("text/plain", "0.0.4") => "text",
        ("text/plain", version) => &format!("text {version}"),
        ("application/openmetrics-text", "1.0.0") => "openmetrics",
        ("application/openmetrics-text", version) => &format!("openmetrics {version}"),
        _ => "protobuf",
    };
    if escaping == EscapingScheme::Underscores { name.to_owned() } else { format!("{name} {escaping}") }
}

#[test]
fn table() {
    for (accept, expected) in [
        // What scrapers send. Prometheus 2.42, 2.49, 3.5 (without and with native histograms):
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "openmetrics",
        ),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "openmetrics",
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "openmetrics allow-utf-8",
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
             application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
             text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            "protobuf",
        ),
        // 2.42 with native histograms.
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
             application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "protobuf",
        ),
        // 3.5 with text formats only, as `scrape_protocols` may say.
        (
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4",
            "text 1.0.0 allow-utf-8",
        ),
        ("text/plain;version=0.0.4;q=0.5,*/*;q=0.4", "text"),
        // 3.5 with `metric_name_validation_scheme: legacy`, and with another `metric_name_escaping_scheme`.
        (
            "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "openmetrics",
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=dots;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=dots;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "openmetrics dots",
        ),
        // 2.5 to 2.32, and before.
        ("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text"),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
            "protobuf",
        ),
        // What the protocol's page shows, its misprint included.
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
             text/plain;version=0.0.4;q=0.2,/;q=0.1",
            "openmetrics allow-utf-8",
        ),
        // Python: requests, urllib, its tests. Wget, and other agents.
        ("*/*; q=1", "text"),
        ("identity", "text"),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8", "openmetrics allow-utf-8"),
        ("text/plain; version=1.0.0; charset=utf-8; escaping=values", "text 1.0.0 values"),
        ("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text"),
        ("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1", "openmetrics"),
        ("text/plain;version=0.0.4;q=0.5, application/json;q=0.4, */*;q=0.1", "text"),
        // vmagent, curl, a browser, Java's URLConnection:
        ("text/plain;version=0.0.4;q=1,*/*;q=0.1", "text"),
        ("*/*", "text"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "text"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text"),
        // Exact names and versions.
        ("application/openmetrics-text", "openmetrics"),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", "openmetrics"),
        ("Application/OpenMetrics-Text;Version=1.0.0", "openmetrics"),
        ("application/openmetrics-text;version=\"1.0.0\"", "openmetrics"),
        ("application/openmetrics-text;version=\"1\\.0.0\"", "openmetrics"),
        ("application/openmetrics-text;version=0.0.1", "text"),
        ("application/openmetrics-text;version=2.0.0", "openmetrics 2.0.0"),
        ("application/openmetrics-text;version=1.0", "text"),
        ("application/openmetrics-text;version=abc", "text"),
        ("application/openmetrics-text;charset=utf-16", "text"),
        (
            "application/openmetrics-text;version=0.0.1;q=1, application/openmetrics-text;version=1.0.0;q=0.1",
            "openmetrics",
        ),
        ("application/vnd.google.protobuf", "protobuf"),
        ("application/vnd.google.protobuf;Encoding=\"delimited\"", "protobuf"),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", "text"),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text", "text"),
        ("application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request;encoding=delimited", "text"),
        ("application/vnd.google.protobuf;q=0.5, application/openmetrics-text;q=0.6", "openmetrics"),
        ("application/vnd.google.protobuf;q=0.6, application/openmetrics-text;q=0.5", "protobuf"),
        ("application/openmetrics-text;encoding=delimited", "openmetrics"),
        ("application/openmetrics-text;q=0, application/*", "protobuf"),
        ("text/plain", "text"),
        ("text/plain;version=0.0.4", "text"),
        ("text/plain;version=1.0.0", "text 1.0.0"),
        ("text/plain;version=1.0.0, application/openmetrics-text;q=0.1", "text 1.0.0"),
        ("application/json", "text"),
        // Weights.
        ("text/plain;q=0.5, application/openmetrics-text;q=0.6", "openmetrics"),
        ("text/plain;q=0.6, application/openmetrics-text;q=0.5", "text"),
        ("text/plain;q=0.123, application/openmetrics-text;q=0.124", "openmetrics"),
        ("text/plain;q=.5, application/openmetrics-text;q=.6", "openmetrics"),
        ("text/plain;q=0.5, application/openmetrics-text;Q=1.000", "openmetrics"),
        ("text/plain;q=0.5, application/openmetrics-text; q = 0.7", "openmetrics"),
        ("text/plain;q=0.9, application/openmetrics-text;q=0.99999", "openmetrics"),
        ("text/plain;q=0", "text"),
        ("text/plain;q=0, */*;q=0.1", "openmetrics"),
        ("text/plain;q=0, application/openmetrics-text;q=0, */*;q=0.1", "protobuf"),
        ("text/plain;q=0.000, application/openmetrics-text;q=0.001", "openmetrics"),
        ("application/openmetrics-text;q=0, */*", "text"),
        ("application/openmetrics-text;q=0", "text"),
        ("*/*;q=0", "text"),
        // Wildcards, and the more precise range.
        ("application/*", "openmetrics"),
        ("text/*", "text"),
        ("text/*;q=0.5, application/*", "openmetrics"),
        ("*/*, application/openmetrics-text", "openmetrics"),
        ("*/*, application/*", "openmetrics"),
        ("*/*, application/openmetrics-text;q=0.9", "text"),
        ("application/*;q=0.9, application/openmetrics-text;q=0.1, text/plain;q=0.5", "protobuf"),
        (
            "application/*;q=0.9, application/openmetrics-text;q=0.1, application/vnd.google.protobuf;q=0.1, text/plain;q=0.5",
            "text",
        ),
        ("text/plain;version=0.0.4;q=0, text/plain, application/openmetrics-text;q=0.1", "text 1.0.0"),
        ("text/*;q=0, text/plain;version=1.0.0;q=0.1", "text 1.0.0"),
        ("*/plain", "text"),
        // Equals: the header's order.
        ("text/plain, application/openmetrics-text", "text"),
        ("application/openmetrics-text, text/plain", "openmetrics"),
        // Escaping, by range.
        ("application/openmetrics-text;escaping=values", "openmetrics values"),
        ("application/openmetrics-text;escaping=\"dots\"", "openmetrics dots"),
        ("application/openmetrics-text;Escaping=dots", "openmetrics dots"),
        ("application/openmetrics-text;escaping=DOTS", "openmetrics"),
        ("application/openmetrics-text;escaping=none", "openmetrics"),
        ("application/openmetrics-text;escaping=", "openmetrics"),
        ("application/openmetrics-text;escaping", "openmetrics"),
        ("application/openmetrics-text;escaping=dots;escaping=values", "openmetrics values"),
        ("application/openmetrics-text;version=2.0.0;escaping=allow-utf-8", "openmetrics 2.0.0 allow-utf-8"),
        ("application/vnd.google.protobuf;escaping=allow-utf-8", "protobuf allow-utf-8"),
        (
            "application/openmetrics-text;q=0.5;escaping=dots, text/plain;version=1.0.0;escaping=values",
            "text 1.0.0 values",
        ),
        ("application/openmetrics-text;escaping=dots;q=0.4, text/plain;version=0.0.4;q=0.5", "text"),
        ("application/vnd.google.protobuf, application/openmetrics-text;q=0.5;escaping=allow-utf-8", "protobuf"),
        // Also in what the client would take as well.
        ("*/*;escaping=allow-utf-8", "text 1.0.0 allow-utf-8"),
        ("application/*;escaping=dots", "openmetrics dots"),
        // Of two versions the one that knows the parameter.
        ("text/plain;version=0.0.4;escaping=allow-utf-8", "text"),
        ("text/plain;escaping=allow-utf-8", "text 1.0.0 allow-utf-8"),
        ("text/plain;escaping=underscores", "text 1.0.0"),
        // The more precise range, and of equal ones the first, says how.
        ("*/*;escaping=dots, application/openmetrics-text;escaping=values", "openmetrics values"),
        ("*/*;q=0.1;escaping=dots, application/openmetrics-text;escaping=values", "openmetrics values"),
        (
            "application/openmetrics-text;escaping=dots, application/openmetrics-text;escaping=values",
            "openmetrics dots",
        ),
        // The draft of version 2 only for those who name it.
        (
            "application/openmetrics-text;version=2.0.0, application/openmetrics-text;version=1.0.0;q=0.9",
            "openmetrics 2.0.0",
        ),
        ("application/openmetrics-text;version=2.0.0;q=0.9, application/openmetrics-text;version=1.0.0", "openmetrics"),
        ("application/openmetrics-text;version=1.0.0;q=0, application/openmetrics-text", "text"),
        ("application/*;version=2.0.0", "openmetrics 2.0.0"),
        ("application/openmetrics-text;version=2.0.0;q=0", "text"),
        ("application/openmetrics-text;version=3.0.0", "text"),
        // Malformed: the range counts for nothing.
        ("", "text"),
        (",,, ,", "text"),
        (";;;", "text"),
        ("text", "text"),
        ("/", "text"),
        ("application/openmetrics-text;q=abc", "text"),
        ("application/openmetrics-text;q=", "text"),
        ("application/openmetrics-text;q=1.5", "text"),
        ("application/openmetrics-text;q=2", "text"),
        ("application/openmetrics-text;q=-1", "text"),
        ("application/openmetrics-text;q=0.5x", "text"),
        ("application/openmetrics-text;version=\"1.0.0", "text"),
        ("text/plain;q=0.1, application/openmetrics-text;version", "openmetrics"),
        ("text/plain;q=0.1;;, application/openmetrics-text;;=;a=b;", "openmetrics"),
        // A comma and a semicolon in quotes separate nothing.
        ("text/plain;x=\", application/openmetrics-text\";q=0.5", "text"),
        ("text/plain;q=0.1, application/openmetrics-text;x=\"\\\",;q=0\"", "openmetrics"),
    ] {
        assert_eq!(chosen(&[accept.as_bytes()]), expected, "{accept}");
    }
}

#[test]
fn several_lines_are_one_list() {
    assert_eq!(chosen(&[b"text/plain;q=0.5", b"application/openmetrics-text"]), "openmetrics");
    assert_eq!(chosen(&[b"application/openmetrics-text", b"text/plain"]), "openmetrics");
    assert_eq!(chosen(&[b"\"", b"application/openmetrics-text"]), "openmetrics");
    assert_eq!(chosen(&[]), "text");
}

#[test]
fn any_bytes() {
    assert_eq!(chosen(&[b"\xff\xfe\x00, application/openmetrics-text"]), "openmetrics");
    assert_eq!(chosen(&[&[b','; 1 << 16]]), "text");
    assert_eq!(chosen(&[&[b'"'; 1 << 16]]), "text");
    assert_eq!(chosen(&[&b"a/b;q=0.1,".repeat(1 << 13)]), "text");
}
