//! Pages that are compressed, and how far they can be read before they end.

use crate::client::{get, request};
use crate::{Item, Items, assert_page, large, servers, small};
use flate2::read::MultiGzDecoder;
use flate2::write::GzDecoder;
use metrics_core::Registry;
use metrics_core::registry::Definition;
use metrics_exposition::http::{Handler, Options, Request};
use metrics_exposition::{openmetrics, text};
use std::io::{Read, Write};
use std::sync::Arc;

/// More than is left as it is, and less than is streamed.
fn medium() -> Registry {
    let (registry, items) = (small(), Arc::new(Items::new()));
    registry.register(Definition::new("items", "Items."), Arc::clone(&items)).unwrap();
    for k in 0..1_000 {
        items.with(&Item { item: &k.to_string() }).inc_by(k * k);
    }
    registry
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut page = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut page).unwrap();
    page
}

#[tokio::test]
async fn pages_are_compressed_for_those_who_ask() {
    let registry = medium();
    let page = text::generate_latest(&registry);
    let open_metrics = openmetrics::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        for accepted in ["gzip", "x-gzip", "deflate, gzip;q=0.5", "*", "br;q=1.0, gzip;q=0.001, identity;q=0"] {
            println!("{server} {accepted}");
            let header = format!("Accept-Encoding: {accepted}\r\n");
            let mut answer = request(address, "GET", "/metrics", header.as_bytes()).await;
            assert_eq!(answer.header("content-encoding"), Some("gzip"));
            assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
            assert!(answer.body.len() * 3 < page.len(), "{} of {}", answer.body.len(), page.len());
            answer.body = gunzip(&answer.body);
            assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        }
        let lines = b"Accept: application/openmetrics-text\r\nAccept-Encoding: br\r\naccept-encoding: gzip\r\n";
        let mut answer = request(address, "GET", "/metrics", lines).await;
        answer.body = gunzip(&answer.body);
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, &open_metrics);

        for refused in
            ["", "identity", "gzip;q=0", "gzip;q=0.5, identity", "deflate, br", "*;q=0", "gzip;q=x", "\"gzip"]
        {
            println!("{server} {refused}");
            let header = format!("Accept-Encoding: {refused}\r\n");
            let answer = request(address, "GET", "/metrics", header.as_bytes()).await;
            assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
            assert_eq!(answer.header("content-encoding"), None);
        }
        assert_eq!(get(address, "/metrics").await.header("content-encoding"), None);
    }
}

#[tokio::test]
async fn a_page_of_one_packet_is_left_as_it_is() {
    let registry = small();
    let page = text::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = request(address, "GET", "/metrics", b"Accept-Encoding: gzip\r\n").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        assert_eq!(answer.header("content-encoding"), None);
        // Unless that is forbidden.
        let answer = request(address, "GET", "/metrics", b"Accept-Encoding: gzip, identity;q=0\r\n").await;
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
        assert_eq!(gunzip(&answer.body), page);
    }
}

#[tokio::test]
async fn compressed_pages_are_streamed() {
    let (registry, _) = large();
    let page = text::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let mut answer = request(address, "GET", "/metrics", b"Accept-Encoding: gzip\r\n").await;
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
        answer.body = gunzip(&answer.body);
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
    }
}

/// A reader need not wait for the next chunk to know what this one says.
#[test]
fn each_chunk_can_be_read_when_it_comes() {
    let (registry, _) = large();
    let plain = Handler::from(&registry).handle(&Request::new("GET", &[]));
    let gzip = Handler::from(&registry).handle(&Request::new("GET", &[]).accept_encoding(&[b"gzip"]));
    let (mut decoder, mut page, mut chunks) = (GzDecoder::new(Vec::new()), Vec::new(), 0);
    let mut compressed = gzip.body;
    for chunk in plain.body {
        page.extend_from_slice(&chunk.unwrap());
        decoder.write_all(&compressed.next().unwrap().unwrap()).unwrap();
        decoder.flush().unwrap();
        assert!(*decoder.get_ref() == page, "{} of {} bytes", decoder.get_ref().len(), page.len());
        chunks += 1;
    }
    assert!(chunks > 3);
    // What is left is the end of the coding.
    for chunk in compressed {
        decoder.write_all(&chunk.unwrap()).unwrap();
    }
    assert!(decoder.finish().unwrap() == page);
}

#[tokio::test]
async fn nothing_is_compressed_if_that_is_off() {
    let registry = medium();
    let page = text::generate_latest(&registry);
    for (server, address) in servers(Handler::new(&registry, Options::new().compression(false))).await {
        let answer = request(address, "GET", "/metrics", b"Accept-Encoding: gzip, identity;q=0\r\n").await;
        assert_eq!((answer.header("content-encoding"), answer.header("vary")), (None, Some("Accept")), "{server}");
        assert!(answer.whole && answer.body == page);
    }
}

/// Where there is no C compiler for the target, there is none.
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[tokio::test]
async fn zstd_is_what_comes_first() {
    for registry in [medium(), large().0] {
        let page = text::generate_latest(&registry);
        for (server, address) in servers(&registry).await {
            for (accepted, coding) in [
                ("gzip, deflate, br, zstd", "zstd"),
                ("zstd", "zstd"),
                ("zstd;q=0.5, gzip;q=0.5", "zstd"),
                ("zstd;q=0.5, gzip", "gzip"),
                ("gzip, *", "gzip"),
                ("zstd;q=0, *", "gzip"),
            ] {
                println!("{server} {accepted}");
                let header = format!("Accept-Encoding: {accepted}\r\n");
                let mut answer = request(address, "GET", "/metrics", header.as_bytes()).await;
                assert_eq!(answer.header("content-encoding"), Some(coding));
                let decoded =
                    if coding == "zstd" { zstd::decode_all(&*answer.body).unwrap() } else { gunzip(&answer.body) };
                answer.body = decoded;
                assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
            }
        }
    }
}
