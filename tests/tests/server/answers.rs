use crate::client::parse;
use crate::raw::{ask, connect, get, is_ended, next_answer, rest, send};
use crate::{Served, example, large, small};
use metrics_core::Metrics;
use metrics_exposition::http::{Handler, HandlerMetrics, Options as HandlerOptions};
use metrics_exposition::server::Options;
use metrics_exposition::text;
use std::io::Write;
use std::thread;

#[test]
fn what_is_where() {
    let registry = small();
    let served = Served::new(&registry, Options::new());
    let page = get(served.at, "/metrics");
    assert_eq!((page.status, page.body), (200, text::generate_latest(&registry)));
    let hint = "Metrics are at /metrics.\n";
    let table = [
        ("GET", "/metrics?name[]=none", 200, ""),
        ("GET", "/metrics?name[]=jobs", 200, "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 3\n"),
        ("GET", "http://other/metrics?name[]=none", 200, ""),
        ("HEAD", "/metrics", 200, ""),
        ("OPTIONS", "/metrics", 200, ""),
        ("POST", "/metrics", 405, "Metrics are read with GET or HEAD.\n"),
        ("GET", "/", 200, hint),
        ("HEAD", "/", 200, ""),
        ("POST", "/", 405, "Metrics are read with GET or HEAD.\n"),
        ("GET", "/-/healthy", 200, "The server answers.\n"),
        ("DELETE", "/-/healthy", 405, "Metrics are read with GET or HEAD.\n"),
        ("GET", "/favicon.ico", 404, hint),
        ("GET", "/metrics/", 404, hint),
        ("GET", "/Metrics", 404, hint),
        ("HEAD", "/other", 404, ""),
        ("POST", "/other", 404, hint),
        ("OPTIONS", "*", 404, hint),
    ];
    for (method, path, status, body) in table {
        let answer = ask(connect(served.at), method, path, "");
        assert_eq!((answer.status, answer.text()), (status, body), "{method} {path}");
        assert!(answer.whole, "{method} {path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
    }
    assert_eq!(served.count("refused_requests_total", &[("reason", "not_found")]), 6.0);
    served.server.stop().unwrap();
}

#[test]
fn headers_are_the_handlers() {
    let served = Served::new(&large(), Options::new());
    let accept = "Accept: application/openmetrics-text; version=1.0.0\r\nAccept-Encoding: gzip\r\n";
    let answer = ask(connect(served.at), "GET", "/metrics", accept);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text; version=1.0.0"));
    assert!(answer.whole);
}

#[test]
fn a_page_may_have_another_path() {
    let served = Served::new(&small(), Options::new().path("/-/healthy"));
    assert!(get(served.at, "/-/healthy").text().contains("jobs_total 3\n"));
    assert_eq!(get(served.at, "/metrics").text(), "Metrics are at /-/healthy.\n");
    let served = Served::new(&small(), Options::new().path("/"));
    assert!(get(served.at, "/").text().contains("jobs_total 3\n"));
}

#[test]
fn large_pages_stream() {
    let registry = large();
    let served = Served::new(&registry, Options::new());
    let answer = get(served.at, "/metrics");
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert!(answer.whole && answer.body == text::generate_latest(&registry), "{} bytes", answer.body.len());
}

#[test]
fn a_connection_has_many_requests() {
    let served = Served::new(&small(), Options::new());
    let mut connection = connect(served.at);
    for _ in 0..3 {
        send(&mut connection, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        assert!(next_answer(&mut connection).text().contains("jobs_total 3\n"));
    }
    // Also before the answers to those before were read.
    send(&mut connection, &"GET / HTTP/1.1\r\nHost: test\r\n\r\n".repeat(20));
    for _ in 0..20 {
        assert_eq!(next_answer(&mut connection).text(), "Metrics are at /metrics.\n");
    }
    assert_eq!((served.open(), served.count("connections_total", &[])), (1.0, 1.0));
    send(&mut connection, "GET / HTTP/1.0\r\n\r\n");
    assert!(parse(&rest(&mut connection), "GET").whole);
}

#[test]
fn bodies_are_not_read() {
    let served = Served::new(&small(), Options::new());
    let mut connection = connect(served.at);
    send(&mut connection, "POST /metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000000\r\n\r\nbegun");
    assert_eq!(next_answer(&mut connection).status, 405);
    assert!(is_ended(&mut connection));

    let mut connection = connect(served.at);
    send(&mut connection, "GET /metrics HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert!(next_answer(&mut connection).text().contains("jobs_total 3\n"));
    // It can be sent as long as somebody is there to take it: that is a few buffers of the kernel's.
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let sent = (0..10_000).take_while(|_| connection.write_all(chunk.as_bytes()).is_ok()).count();
    assert!(sent < 1_000, "{sent} chunks of 64 KiB");
}

#[test]
fn many_clients_at_a_time() {
    let registry = small();
    let handler = HandlerMetrics::register_in(&registry).unwrap();
    // They may be more than are computed at a time.
    let options = HandlerOptions::new().metrics(handler).max_in_flight(None).coalescing(false);
    let served = Served::new(Handler::new(&registry, options), Options::new());
    let at = served.at;
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let answer = get(at, "/metrics");
                    assert!(answer.whole && answer.text().contains("jobs_total 3\n"), "{answer:?}");
                }
            });
        }
    });
    let scraped = registry.get_sample_value(
        "metrics_exposition_scrapes_total",
        &[("code", "200"), ("format", "text/plain"), ("version", "0.0.4")],
    );
    assert_eq!((scraped, served.count("connections_total", &[])), (Some(320.0), 320.0));
    served.server.stop().unwrap();
    assert_eq!(served.open(), 0.0);
}

#[test]
fn two_servers_of_one_registry() {
    let registry = small();
    let (one, other) = (Served::new(&registry, Options::new()), Served::new(&registry, Options::new()));
    one.server.stop().unwrap();
    assert!(std::net::TcpStream::connect(one.at).is_err());
    assert_eq!(get(other.at, "/metrics").status, 200);
}

#[test]
fn the_example_serves_the_global_registry() {
    let server = example::serve("127.0.0.1:0").unwrap();
    example::work();
    let page = get(server.local_addr().unwrap(), "/metrics");
    for line in [
        "worker_jobs_total 1\n",
        "worker_job_duration_seconds_count 1\n",
        "metrics_exposition_server_connections_total ",
    ] {
        assert!(page.text().contains(line), "no {line} in {}", page.text());
    }
}
