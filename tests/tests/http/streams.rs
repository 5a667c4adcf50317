//! Pages that are longer than what is built at once.

use crate::client::{get, request, send};
use crate::{Item, assert_page, large, servers};
use metrics_exposition::{openmetrics, text};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::task::spawn_blocking;

#[tokio::test]
async fn large_pages_are_streamed() {
    let (registry, _) = large();
    let page = text::generate_latest(&registry);
    let open_metrics = openmetrics::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = get(address, "/metrics").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-length"), None);

        let answer = request(address, "GET", "/metrics", b"Accept: application/openmetrics-text\r\n").await;
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, &open_metrics);

        let answer = request(address, "HEAD", "/metrics", b"").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, b"");
        assert_eq!(answer.header("content-length"), None);
    }
}

#[tokio::test]
async fn slow_readers_hold_nothing() {
    let (registry, items) = large();
    let page = text::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        // Readers that take the beginning and then stop.
        let mut slow = Vec::new();
        for _ in 0..20 {
            let mut connection = send(address, "GET", "/metrics", b"").await;
            connection.read_exact(&mut [0; 1_000]).await.unwrap();
            slow.push(connection);
        }
        // Series can be made, counted and removed, and pages read.
        let items = Arc::clone(&items);
        let worst = spawn_blocking(move || {
            let mut worst = Duration::ZERO;
            for k in 0..500 {
                let start = Instant::now();
                let item = format!("new {k}");
                items.with(&Item { item: &item }).inc();
                items.remove(&Item { item: &item });
                worst = worst.max(start.elapsed());
            }
            worst
        });
        let worst = worst.await.unwrap();
        assert!(worst < Duration::from_secs(1), "{server}: {worst:?}");
        let answer = get(address, "/metrics").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        // One that goes on reading gets the whole page after all.
        let mut rest = Vec::new();
        slow.pop().unwrap().read_to_end(&mut rest).await.unwrap();
        assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{server}");
    }
}
