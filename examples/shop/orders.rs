//! What the shop does. Its faults come at fixed numbers, so that a test can foresee them.

use crate::counts;
use crate::metrics::{Means, Payment, ShopMetrics};
use metrics_core::instrument_histogram;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) euros: f64,
}

pub(crate) static PRODUCTS: [Product; 4] = [
    Product { name: "12\" record", euros: 25.5 },
    Product { name: "café au lait", euros: 3.25 },
    Product { name: "map of C:\\", euros: 8.0 },
    Product { name: "umbrella", euros: 14.75 },
];

#[derive(Default)]
pub(crate) struct Shop {
    carts: Mutex<HashMap<u64, Vec<&'static Product>>>,
    payments: AtomicU64,
}

#[derive(Debug)]
pub(crate) struct Order {
    number: u64,
    pub(crate) euros: f64,
}

#[derive(Debug)]
pub(crate) enum CheckoutError {
    EmptyCart,
    Declined,
}

#[derive(Debug)]
pub(crate) struct EmptyQuery;

impl fmt::Display for CheckoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyCart => "there is nothing in your cart",
            Self::Declined => "your card was declined",
        })
    }
}

impl Shop {
    pub(crate) fn add_to_cart(&self, cart: u64, product: &'static Product) {
        self.carts().entry(cart).or_default().push(product);
    }

    pub(crate) fn open_carts(&self) -> u64 {
        self.carts().len() as u64
    }

    /// Takes the cart and the money.
    #[instrument_histogram]
    pub(crate) async fn check_out(&self, cart: u64, means: Means) -> Result<Order, CheckoutError> {
        let cart = self.carts().remove(&cart).unwrap_or_default();
        let total = add_up(&cart);
        counts::add(format!("call add_up {}", counts::outcome(&total)));
        let euros = total?;

        sleep(Duration::from_millis(20)).await;
        let number = self.payments.fetch_add(1, Relaxed) + 1;
        let accepted = !number.is_multiple_of(7);
        let till = &ShopMetrics::global().till;
        till.payments.with(&Payment { means, accepted }).inc();
        counts::add(format!("payment {means:?} {accepted}"));
        if !accepted {
            return Err(CheckoutError::Declined);
        }
        till.revenue.inc_by(euros);
        Ok(Order { number, euros })
    }

    fn carts(&self) -> MutexGuard<'_, HashMap<u64, Vec<&'static Product>>> {
        self.carts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Buckets of its own, and so a name of its own: functions of one name have the same.
#[instrument_histogram(
    name = "add_up_duration",
    help = "Time that it took to add up a cart.",
    buckets = [0.000_001, 0.000_01, 0.000_1, 0.001]
)]
fn add_up(cart: &[&Product]) -> Result<f64, CheckoutError> {
    if cart.is_empty() {
        return Err(CheckoutError::EmptyCart);
    }
    Ok(cart.iter().map(|product| product.euros).sum())
}

/// Lets an order be packed. Nobody waits for it.
pub(crate) fn dispatch(order: Order) {
    // Guards move into tasks, and count down also if one panics.
    let waiting = ShopMetrics::global().orders_waiting.track_in_progress();
    tokio::spawn(async move {
        let _waiting = waiting;
        counts::call("pack", pack(order)).await
    });
}

#[derive(Debug)]
struct OutOfBoxes;

#[instrument_histogram]
async fn pack(order: Order) -> Result<(), OutOfBoxes> {
    sleep(Duration::from_millis(250 + order.number % 5 * 100)).await;
    assert!(!order.number.is_multiple_of(20), "order {} fell off the table (it always does)", order.number);
    if order.number.is_multiple_of(11) { Err(OutOfBoxes) } else { Ok(()) }
}

/// The longer the query, the longer it takes; many clients give up before the end.
#[instrument_histogram(help = "Time that a search took.", name = "search_duration")]
pub(crate) async fn search(query: &str) -> Result<Vec<&'static str>, EmptyQuery> {
    if query.is_empty() {
        return Err(EmptyQuery);
    }
    for _ in query.chars().take(40) {
        sleep(Duration::from_millis(25)).await;
    }
    Ok(PRODUCTS.iter().map(|product| product.name).filter(|name| name.contains(query)).collect())
}
