//! Serves a page of some 9 MB, of which a metric panics behind the first half once somebody has asked for `/break`, and no
//! more from `/mend` on.

use axum::routing::get;
use metrics_core::metric::{Collect, Cursor, Points};
use metrics_core::model::Desc;
use metrics_core::registry::{Definition, Source, SourceFamily};
use metrics_core::{Counter, Family, Gauge, LabelSet, Registry};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use tokio::net::TcpListener;

#[derive(LabelSet)]
struct Item<'a> {
    item: &'a str,
}

struct Items {
    desc: Desc,
    items: Arc<Family<Item<'static>, Counter>>,
    breaks: Arc<AtomicBool>,
}

impl Source for Items {
    fn families(&self) -> Vec<SourceFamily> {
        vec![SourceFamily::bare(self.desc.clone())]
    }

    fn collect(&self, _: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        let next = self.items.collect(0, from, points);
        // The last step: some 8 MB are sent.
        assert!(next.is_some() || !self.breaks.load(SeqCst), "asked to");
        next
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (items, breaks) = (Arc::new(Family::<Item<'static>, Counter>::new()), Arc::new(AtomicBool::new(false)));
    for k in 0..9_000 {
        items.with(&Item { item: &format!("{k:0>1000}") }).inc_by(k);
    }
    let described = Registry::new();
    described.register(Definition::new("broken_items", "Many."), Arc::clone(&items))?;
    let desc = described.descs().remove(0);

    let registry = Registry::new();
    registry.register(Definition::new("broken_first", "Stands before them."), Arc::new(Gauge::<f64>::new()))?;
    registry.register_source(Arc::new(Items { desc, items, breaks: Arc::clone(&breaks) }))?;

    let set = |to: bool| {
        let breaks = Arc::clone(&breaks);
        get(move || async move { breaks.store(to, SeqCst) })
    };
    let app = metrics_exposition::axum::router_for(&registry).route("/break", set(true)).route("/mend", set(false));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("metrics: http://{}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
