//! Shows the metrics of a [`Registry`](metrics_core::Registry): Prometheus text, OpenMetrics, protobuf, the HTTP
//! endpoint that a Prometheus server scrapes, and pushes where nobody scrapes.
//!
//! ```
//! # #[cfg(feature = "axum")] {
//! use metrics_core::{Counter, Metrics};
//!
//! #[derive(Metrics)]
//! #[metrics(prefix = "shop")]
//! struct ShopMetrics {
//!     /// Orders that were placed.
//!     orders: Counter,
//! }
//!
//! ShopMetrics::global().orders.inc();
//!
//! // GET /metrics
//! let app: axum::Router = axum::Router::new().merge(metrics_exposition::axum::router());
//!
//! // Or without a server:
//! let page = metrics_exposition::text::generate_latest(metrics_core::Registry::global());
//! assert!(String::from_utf8(page).unwrap().contains("shop_orders_total 1\n"));
//! # }
//! ```
//!
//! # What is where
//!
//! | you want | feature, on by default | module |
//! |---|---|---|
//! | a page in memory | `text`, `openmetrics`, `protobuf` | [`text`], [`openmetrics`], [`protobuf`] |
//! | `/metrics` in an axum service | `axum` | [`mod@axum`] |
//! | `/metrics` in a program that is no server | `server`, which is not on by default | `server` |
//! | `/metrics` in any other server | `http` (part of `axum`) | [`http`] |
//! | compressed pages | `gzip`, and `zstd`, which is not on by default | [`http`] |
//! | metrics in Graphite | `graphite` | [`graphite`] |
//! | metrics of batch jobs in a Pushgateway | `pushgateway`, which is not on by default; `tls` for `https` | `pushgateway` |
//! | metrics in a collector of OpenTelemetry | `otlp`, likewise | `otlp` |
//! | metrics in Prometheus, Mimir or VictoriaMetrics without a scrape | `remote_write`, likewise | `remote_write` |
//! | a file for node_exporter | `textfile` | [`textfile`] |
//! | several processes on one page | `multiprocess`, on Unix; not on by default | `multiprocess` |
//! | to push them elsewhere | `push` (part of these) | [`push`] |
//! | what a page says, as metric families | `parse` | [`parse`] |
//! | to know what is wrong with your metrics | `lint` | [`lint`] |
//! | another format | – | implement [`Encoder`] |
//!
//! # What a page looks like
//!
//! - Families stand in the order of their names, series in the order of their creation (one that
//!   was removed leaves its place to another): the same from scrape
//!   to scrape. A family without series is left out, its comment lines too.
//! - Names with other characters than `[a-zA-Z0-9_:]` have `_` for them, until a reader asks for another way
//!   ([`EncoderOptions::escaping`]). In the others (`dots`, `values`, `allow-utf-8`) names that every reader knows stay as
//!   they are. The value of a counter and of an info is escaped together with its suffix; other suffixes stand behind
//!   the escaped name.
//! - Whole numbers are written as integers, exact beyond 2^53 where the metric counts in integers; others
//!   with the fewest digits that read back equal.
//! - `le` labels have one spelling (`1.0`, `0.005`, `1e+06`) in all formats. So a series keeps its identity
//!   when a client changes the format.
//! - A collector that panics takes its family out of the page and leaves the rest.
//!
//! # What it costs
//!
//! Labels come rendered and escaped from the registry, so that a line is two short copies and an integer:
//! some 8 ns for a counter, 10 ns for each line of a histogram; with reading the cells a counter takes 20 to 30.
//! Nothing grows with the number of series but the page itself, and no lock is held while it is written or sent.
// The file that several processes share is mapped; nothing else here is not safe.
#![cfg_attr(not(feature = "multiprocess"), forbid(unsafe_code))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "http")]
mod chunk;
mod encoder;
#[cfg(feature = "_page")]
mod escaping;
#[cfg(feature = "_lines")]
mod lines;

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "graphite")]
pub mod graphite;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "_client")]
pub mod http_client;
#[cfg(feature = "lint")]
pub mod lint;
#[cfg(all(feature = "multiprocess", unix))]
pub mod multiprocess;
#[cfg(all(feature = "multiprocess", not(unix)))]
#[path = "multiprocess/elsewhere.rs"]
pub mod multiprocess;
#[cfg(feature = "http")]
mod negotiate;
#[cfg(feature = "openmetrics")]
pub mod openmetrics;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(feature = "_page")]
mod page;
#[cfg(feature = "parse")]
pub mod parse;
#[cfg(feature = "_polled")]
mod polled;
#[cfg(feature = "protobuf")]
pub mod protobuf;
#[cfg(feature = "push")]
pub mod push;
#[cfg(feature = "pushgateway")]
pub mod pushgateway;
#[cfg(any(feature = "push", all(any(feature = "multiprocess", feature = "server"), unix)))]
mod random;
#[cfg(feature = "remote_write")]
pub mod remote_write;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "text")]
pub mod text;
#[cfg(feature = "textfile")]
pub mod textfile;
#[cfg(feature = "_polled")]
mod threads;
#[cfg(any(feature = "textfile", feature = "pushgateway"))]
mod untimed;

pub use encoder::{Encoder, EncoderOptions, FORMATS, Format};
