//! Series for each visitor, and visitors that come and go: what a program should think about twice, because each
//! costs memory here and far more in Prometheus. `tests/day` does it to see that nothing grows, waits or gets lost.

use crate::counts;
use crate::measure::measure;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_core::{Counter, Family, Gauge, Handle, Histogram, LabelSet, Metrics};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How many series a visitor has.
const SERIES: usize = 4;
/// How many pages a visitor sees.
const STAY: u64 = 30;
/// One of so many pages is seen by somebody who only looks in.
const LOOK_IN: usize = 4;

#[derive(Metrics)]
#[metrics(prefix = "shop_visitor")]
struct VisitorMetrics {
    /// Pages that a visitor has seen.
    pages: Family<Visitor<'static>, Counter>,
    /// Money that a visitor has spent.
    #[metric(unit = "euros")]
    spent: Family<Visitor<'static>, Counter<f64>>,
    /// Things that a visitor has not paid for.
    basket: Family<Visitor<'static>, Gauge>,
    /// What a visitor's purchases cost.
    #[metric(unit = "euros", buckets = [1.0, 10.0])]
    purchase: Family<Visitor<'static>, Histogram>,
}

#[derive(LabelSet)]
struct Visitor<'a> {
    visitor: &'a str,
}

/// Adds pages that wait for a database: `/visits` as it should be, `/visits/blocking` with a driver that blocks.
pub(crate) fn router(series: usize) -> Router {
    let visitors = Arc::new(Visitors::new(series.div_ceil(SERIES)));
    Router::new()
        .route("/visits", get(visit))
        .route("/visits/blocking", get(visit_blocking))
        .layer(middleware::from_fn(measure))
        .route("/visits/counts", get(show))
        .with_state(visitors)
}

async fn visit(State(visitors): State<Arc<Visitors>>) {
    let page = visitors.come();
    sleep(Duration::from_millis(20)).await;
    page.seen();
}

async fn visit_blocking(State(visitors): State<Arc<Visitors>>) -> StatusCode {
    let blocking = spawn_blocking(move || {
        let page = visitors.come();
        // Not all the same, so that clients that began together do not come back together.
        thread::sleep(Duration::from_millis(300 + visitors.pages.load(Relaxed) as u64 % 400));
        page.seen();
    });
    if blocking.await.is_ok() { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}

/// What each visitor did, counted without the library: pages, euros, things in the basket, purchases.
async fn show(State(visitors): State<Arc<Visitors>>) -> impl IntoResponse {
    let present: BTreeMap<_, _> = visitors.present.iter().map(|visitor| lock(visitor).counts()).collect();
    counts::json(&present)
}

struct Visitors {
    present: Vec<Mutex<Present>>,
    pages: AtomicUsize,
    names: AtomicU64,
}

/// A visitor, and what we count of them without the library.
struct Present {
    name: String,
    /// Pages still to come.
    stay: u64,
    pages: Arc<AtomicU64>,
    euros: f64,
    basket: f64,
    purchases: f64,
}

/// A page on its way to a visitor, who may have left when it is done.
struct Page {
    counter: Handle<Counter>,
    own: Arc<AtomicU64>,
}

impl Visitors {
    fn new(present: usize) -> Self {
        let names = AtomicU64::new(0);
        // They do not all leave at once.
        let stays = (1..=STAY).cycle().take(present);
        let present = stays.map(|stay| Mutex::new(Present::enter(&names, stay))).collect();
        Self { present, pages: AtomicUsize::new(0), names }
    }

    /// The next visitor in turn asks for a page; or is gone, and another one has come.
    fn come(&self) -> Page {
        let page = self.pages.fetch_add(1, Relaxed);
        if page.is_multiple_of(LOOK_IN) {
            let mut short = Present::enter(&self.names, 1);
            short.ask().seen();
            short.leave();
        }
        // Locked until the metrics are changed: a late lookup would bring back series that were removed.
        let mut visitor = lock(&self.present[page % self.present.len()]);
        if visitor.stay == 0 {
            visitor.leave();
            *visitor = Present::enter(&self.names, STAY);
        }
        visitor.ask()
    }
}

impl Present {
    fn enter(names: &AtomicU64, stay: u64) -> Self {
        let name = format!("visitor {}", names.fetch_add(1, Relaxed));
        let visitor = Self { name, stay, pages: Arc::default(), euros: 0.0, basket: 0.0, purchases: 0.0 };
        // All series are there from the beginning.
        let (metrics, labels) = (VisitorMetrics::global(), visitor.labels());
        metrics.pages.with(&labels);
        metrics.spent.with(&labels);
        metrics.basket.with(&labels);
        metrics.purchase.with(&labels);
        visitor
    }

    /// Puts something into the basket, and pays when there are three things.
    fn ask(&mut self) -> Page {
        let metrics = VisitorMetrics::global();
        self.stay -= 1;
        self.basket += 1.0;
        metrics.basket.with(&self.labels()).inc();
        if self.basket >= 3.0 {
            // Sums of quarters are exact in any order.
            let euros = 0.25 * self.stay as f64;
            self.euros += euros;
            self.purchases += 1.0;
            self.basket = 0.0;
            metrics.spent.with(&self.labels()).inc_by(euros);
            metrics.purchase.with(&self.labels()).observe(euros);
            metrics.basket.with(&self.labels()).set(0.0);
        }
        Page { counter: metrics.pages.with(&self.labels()).handle(), own: Arc::clone(&self.pages) }
    }

    fn leave(&self) {
        let (metrics, labels) = (VisitorMetrics::global(), self.labels());
        metrics.pages.remove(&labels);
        metrics.spent.remove(&labels);
        metrics.basket.remove(&labels);
        metrics.purchase.remove(&labels);
    }

    fn labels(&self) -> Visitor<'_> {
        Visitor { visitor: &self.name }
    }

    fn counts(&self) -> (String, [f64; 4]) {
        (self.name.clone(), [self.pages.load(Relaxed) as f64, self.euros, self.basket, self.purchases])
    }
}

impl Page {
    fn seen(self) {
        self.counter.inc();
        self.own.fetch_add(1, Relaxed);
    }
}

fn lock(visitor: &Mutex<Present>) -> MutexGuard<'_, Present> {
    visitor.lock().unwrap_or_else(PoisonError::into_inner)
}
