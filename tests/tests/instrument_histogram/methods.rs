//! Methods: inherent, of traits, generic. Two of one name are two functions.

use super::{block_on, calls, is_send, pause};
use metrics_core::testing::samples;
use metrics_core::{Registry, instrument_histogram};
use std::fmt::Display;

struct Cart {
    items: Vec<String>,
}

struct Basket<T>(T);

trait Checkout {
    fn checkout(self) -> Result<usize, String>;

    #[instrument_histogram]
    fn provided(&self) -> u32 {
        7
    }
}

impl Cart {
    #[instrument_histogram]
    fn first(&self) -> Option<&str> {
        Some(self.items.first()?)
    }

    #[instrument_histogram]
    fn last_mut(&mut self) -> Option<&mut String> {
        self.items.last_mut()
    }

    #[instrument_histogram]
    async fn push(&mut self, item: impl Into<String>) -> &mut Self {
        pause().await;
        self.items.push(item.into());
        self
    }

    #[instrument_histogram]
    fn new() -> Self {
        Self { items: Vec::new() }
    }
}

impl Checkout for Cart {
    #[instrument_histogram]
    fn checkout(self) -> Result<usize, String> {
        if self.items.is_empty() { Err("empty".to_owned()) } else { Ok(self.items.len()) }
    }
}

impl<T: Display + Clone> Basket<T> {
    #[instrument_histogram]
    fn first<'a, U>(&'a self, mut extra: U) -> (String, &'a T, U)
    where
        U: Clone + Default,
    {
        extra.clone_from(&U::default());
        (self.0.to_string(), &self.0, extra)
    }
}

#[test]
fn methods_of_one_name_are_told_apart() {
    let mut cart = Cart::new();
    block_on(is_send(cart.push("a")));
    cart.last_mut().unwrap().push('b');
    assert_eq!(cart.first(), Some("ab"));
    assert_eq!(cart.first(), Some("ab"));
    assert_eq!(cart.provided(), 7);
    assert_eq!(cart.checkout(), Ok(1));
    assert!(Cart::new().checkout().is_err());
    let basket = Basket(3);
    assert_eq!(basket.first(9u8), ("3".to_owned(), &3, 0));
    assert_eq!(calls(module_path!(), "Cart::new"), [2, 0, 0, 0]);
    assert_eq!(calls(module_path!(), "Cart::push"), [1, 0, 0, 0]);
    assert_eq!(calls(module_path!(), "Cart::first"), [2, 0, 0, 0]);
    assert_eq!(calls(module_path!(), "Cart::last_mut"), [1, 0, 0, 0]);
    let functions: Vec<String> = samples(Registry::global())
        .into_iter()
        .filter(|sample| sample.name == "function_duration_seconds_count")
        .map(|sample| sample.labels[0].1.clone())
        .collect();
    for part in ["Cart as ", "Checkout::provided", "Basket<"] {
        assert!(functions.iter().any(|function| function.contains(part)), "{part} in {functions:#?}");
    }
}
