//! The middleware that measures requests.

use crate::counts;
use crate::metrics::{self, ShopMetrics};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let metrics = ShopMetrics::global();
    // Also counts down if the client goes away and this future is dropped.
    let _in_progress = metrics.requests_in_progress.track_in_progress();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let start = Instant::now();

    let response = next.run(request).await;

    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);
    let status = response.status().as_u16();
    let labels = metrics::Request { method: (&method).into(), route, status };
    metrics.requests.with(&labels).inc();
    metrics.request_duration.with(&labels).observe_duration(start.elapsed());
    counts::add(format!("request {method} {route} {status}"));
    response
}
