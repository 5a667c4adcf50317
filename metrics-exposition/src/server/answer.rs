//! What is answered to a request, by its path and credentials.

use super::Options;
use super::self_metrics::Refusal;
use crate::http::{self, Handler};
use crate::polled::{Chunks, into_response, respond};
use http_types::header::{HeaderValue, WWW_AUTHENTICATE};
use http_types::request::Parts;
use http_types::{Method, Response};

/// For who only wants to know whether the server answers: nothing is computed, and no credentials are asked for.
const HEALTH: &str = "/-/healthy";

pub(super) async fn answer(handler: &Handler, options: &Options, request: Parts) -> Response<Chunks> {
    let path = request.uri.path();
    let is_read = matches!(request.method, Method::GET | Method::HEAD);
    if path == HEALTH && path != options.path && is_read {
        return text(200, "The server answers.");
    }
    if !options.credentials.admit(&request.headers) {
        options.counts.refused(Refusal::Unauthorized);
        let mut refusal = text(401, "Metrics are for those who have the credentials.");
        for challenge in options.credentials.challenges() {
            refusal.headers_mut().append(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        return refusal;
    }
    if path == options.path {
        return respond(handler.clone(), request).await;
    }
    let hint = format!("Metrics are at {}.", options.path);
    match path {
        // The handler says which methods there are.
        "/" | HEALTH if !is_read => respond(handler.clone(), request).await,
        "/" => text(200, &hint),
        _ => {
            options.counts.refused(Refusal::NotFound);
            text(404, &hint)
        }
    }
}

fn text(status: u16, line: &str) -> Response<Chunks> {
    into_response(http::Response::text(status, format!("{line}\n")))
}
