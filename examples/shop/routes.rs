//! The pages. What they have in common is measured in `measure.rs`.

use crate::counts;
use crate::measure::measure;
use crate::metrics::{Means, ShopMetrics, Viewed};
use crate::orders::{self, CheckoutError, PRODUCTS, Shop};
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Html;
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

type Answer = Result<String, (StatusCode, &'static str)>;

pub(crate) fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/products/{id}", get(product))
        .route("/carts/{cart}/{product}", post(add_to_cart))
        .route("/carts/{cart}/checkout", post(check_out))
        .route("/search", get(search))
        .route("/recommendations", get(recommendations))
        .fallback(async || (StatusCode::NOT_FOUND, "there is no such page"))
        .with_state(shop)
        .layer(middleware::from_fn(measure))
        // Added after the layer, so not measured.
        .route("/counts", get(counts::show))
}

async fn home() -> Html<&'static str> {
    Html(
        r#"<!doctype html>
<title>Shop</title>
<h1>Shop</h1>
<ul>
<li><a href="/products/0">A record</a>, <a href="/products/1">coffee</a>, <a href="/products/9">nothing</a>
<li><a href="/search?rain">Search</a>, slow
<li><a href="/recommendations">Recommendations</a>, out of order every fifth time
<li><a href="/metrics">Metrics</a>
</ul>
"#,
    )
}

async fn product(Path(id): Path<usize>) -> Answer {
    let product = PRODUCTS.get(id).ok_or((StatusCode::NOT_FOUND, "there is no such product"))?;
    ShopMetrics::global().product_views.with(&Viewed { product: product.name }).inc();
    counts::add(format!("view {id}"));
    Ok(format!("{}: {:.2} €\n", product.name, product.euros))
}

async fn add_to_cart(State(shop): State<Arc<Shop>>, Path((cart, product)): Path<(u64, usize)>) -> Answer {
    let product = PRODUCTS.get(product).ok_or((StatusCode::NOT_FOUND, "there is no such product"))?;
    shop.add_to_cart(cart, product);
    Ok(format!("{} is in your cart\n", product.name))
}

async fn check_out(State(shop): State<Arc<Shop>>, Path(cart): Path<u64>, RawQuery(query): RawQuery) -> Answer {
    let means = if query.as_deref() == Some("invoice") { Means::Invoice } else { Means::Card };
    match counts::call("check_out", shop.check_out(cart, means)).await {
        Ok(order) => {
            let thanks = format!("Thank you for your {:.2} €\n", order.euros);
            orders::dispatch(order);
            Ok(thanks)
        }
        Err(CheckoutError::EmptyCart) => Err((StatusCode::CONFLICT, "there is nothing in your cart")),
        Err(CheckoutError::Declined) => Err((StatusCode::PAYMENT_REQUIRED, "your card was declined")),
    }
}

async fn search(RawQuery(query): RawQuery) -> Answer {
    match counts::call("search", orders::search(query.as_deref().unwrap_or_default())).await {
        Ok(found) => Ok(format!("{found:?}\n")),
        Err(orders::EmptyQuery) => Err((StatusCode::BAD_REQUEST, "what do you look for? (/search?rain)")),
    }
}

async fn recommendations() -> Answer {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let asked = ASKED.fetch_add(1, Relaxed) + 1;
    if asked.is_multiple_of(5) {
        return Err((StatusCode::SERVICE_UNAVAILABLE, "we are thinking"));
    }
    Ok(format!("others bought the {}\n", PRODUCTS[asked % PRODUCTS.len()].name))
}
