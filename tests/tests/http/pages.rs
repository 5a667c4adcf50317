//! What is asked for, and what the answer is.

use crate::client::{get, request};
use crate::gate::Gate;
use crate::{assert_page, servers, small};
use metrics_core::Gauge;
use metrics_core::registry::Definition;
use metrics_exposition::http::{Handler, Options, Request, handle};
use metrics_exposition::{openmetrics, text};
use std::sync::Arc;

#[tokio::test]
async fn pages_in_the_format_that_is_asked_for() {
    let registry = small();
    let page = text::generate_latest(&registry);
    let open_metrics = openmetrics::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = get(address, "/metrics").await;
        assert_page(&answer, "text/plain; version=0.0.4; charset=utf-8", &page);
        assert_eq!(answer.header("content-length"), Some(&*page.len().to_string()));

        let prometheus = b"Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
            application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n";
        let answer = request(address, "GET", "/metrics?x=y", prometheus).await;
        let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
        assert_page(&answer, content_type, &open_metrics);

        let two_lines = b"Accept: text/plain;q=0.5\r\naccept: application/openmetrics-text\r\n";
        let answer = request(address, "GET", "/metrics", two_lines).await;
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, &open_metrics);
    }
}

#[tokio::test]
async fn head_is_a_page_without_body() {
    for (server, address) in servers(&small()).await {
        println!("{server}");
        let answer = request(address, "HEAD", "/metrics", b"Accept: application/openmetrics-text\r\n").await;
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, b"");
        // Only the page would tell.
        assert_eq!(answer.header("content-length"), None);
    }
}

#[tokio::test]
async fn times_of_creation_on_request() {
    let openmetrics = b"Accept: application/openmetrics-text\r\n";
    for created in [false, true] {
        for (server, address) in servers(Handler::new(&small(), Options::new().created(created))).await {
            let answer = request(address, "GET", "/metrics", openmetrics).await;
            assert_eq!(answer.text().contains("\njobs_created "), created, "{server}: {}", answer.text());
        }
    }
}

#[test]
fn head_asks_no_callback() {
    let (registry, gate) = Gate::registry();
    let response = handle(&registry, &Request::new("HEAD", &[]));
    assert_eq!((response.status, response.body.count(), gate.calls()), (200, 0, 0));
}

#[tokio::test]
async fn options_says_what_there_is() {
    for (server, address) in servers(&small()).await {
        let answer = request(address, "OPTIONS", "/metrics", b"").await;
        assert_eq!((answer.status, answer.header("allow")), (200, Some("GET, HEAD, OPTIONS")), "{server}");
        assert_eq!((answer.header("content-length"), answer.whole, answer.text()), (Some("0"), true, ""));
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    for (server, address) in servers(&small()).await {
        for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get"] {
            let answer = request(address, method, "/metrics", b"Content-Length: 0\r\n").await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, OPTIONS")), "{server} {method}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.whole);
        }
        let answer = get(address, "/metric").await;
        assert_eq!(answer.status, 404, "{server}");
    }
}

#[tokio::test]
async fn families_that_are_named() {
    let registry = small();
    registry.register(Definition::new("load", "Load."), Arc::new(Gauge::<f64>::new())).unwrap();
    let registry = registry.clone();
    registry.register(Definition::new("tö st", "Any name."), Arc::new(Gauge::<f64>::new())).unwrap();
    let (all, jobs) = (text::generate_latest(&registry), text::generate_latest(&small()));
    for (server, address) in servers(&registry).await {
        for (query, page) in [
            ("", &all),
            ("?", &all),
            ("?name[]=", &all),
            ("?name=jobs", &all),
            ("?name[]=jobs", &jobs),
            ("?name%5b%5D=jobs_total&x=y", &jobs),
            ("?name[]=%6Aobs&name[]=nothing", &jobs),
            ("?name[]=jobs_created&name[]=jobs", &jobs),
            ("?name[]=load&name[]=jobs&name[]=t%C3%B6+st", &all),
            ("?name[]=nothing", &Vec::new()),
            ("?name[]=%ff%", &Vec::new()),
        ] {
            println!("{server} {query}");
            let answer = get(address, &format!("/metrics{query}")).await;
            assert_page(&answer, text::CONTENT_TYPE_LATEST, page);
        }
    }
}

#[tokio::test]
async fn odd_headers_get_text() {
    let registry = small();
    let page = text::generate_latest(&registry);
    let long = [b"Accept: ".to_vec(), b"a/b;q=0.1,".repeat(6_000), b"\r\n".to_vec()].concat();
    for (server, address) in servers(&registry).await {
        for header in [
            &b"Accept:\r\n"[..],
            b"Accept: \xff\xfe\xfd\r\n",
            b"Accept: application/openmetrics-text;q=abc\r\n",
            b"Accept: application/openmetrics-text;version=\"1.0.0\r\n",
            b"Accept: ;;;,,,\"\r\n",
            b"Accept: application/json\r\n",
            b"Accept: *;q=7\r\n",
        ] {
            let answer = request(address, "GET", "/metrics", header).await;
            println!("{server} {:?}", String::from_utf8_lossy(header));
            assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        }
        // A server may refuse a header of 60 KB by itself; the handler may not fail.
        let answer = request(address, "GET", "/metrics", &long).await;
        assert!(matches!(answer.status, 200 | 400 | 414 | 431), "{server} {}", answer.status);
    }
}
