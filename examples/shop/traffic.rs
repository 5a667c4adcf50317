//! Customers: some clients that use the shop over HTTP, as real ones would.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const CUSTOMERS: u32 = 6;
const PATIENCE: Duration = Duration::from_millis(400);

pub(crate) fn start(shop: SocketAddr) {
    for number in 1..=CUSTOMERS {
        tokio::spawn(Customer { shop, number, dice: Dice(number) }.shop_around());
    }
    println!("{CUSTOMERS} customers are shopping; --no-traffic keeps them out.");
}

struct Customer {
    shop: SocketAddr,
    number: u32,
    dice: Dice,
}

impl Customer {
    async fn shop_around(mut self) {
        loop {
            let number = self.number;
            match self.dice.roll(12) {
                0..=2 => self.request("GET", "/").await,
                3..=5 => {
                    let product = self.dice.roll(5);
                    self.request("GET", &format!("/products/{product}")).await;
                }
                6 => self.request("GET", "/recommendations").await,
                7 => {
                    let query = self.dice.pick(["map", "rain", "umbrella", "something against the rain"]);
                    self.request("GET", &format!("/search?{}", query.replace(' ', "+"))).await;
                }
                8..=9 => {
                    let product = self.dice.roll(4);
                    self.request("POST", &format!("/carts/{number}/{product}")).await;
                }
                10 => {
                    let means = self.dice.pick(["card", "invoice"]);
                    self.request("POST", &format!("/carts/{number}/checkout?{means}")).await;
                }
                _ => self.request("GET", "/favicon.ico").await,
            }
            sleep(Duration::from_millis((20 + self.dice.roll(200)).into())).await;
        }
    }

    /// A customer who loses patience hangs up; the server then drops the future that is at work for them. An
    /// error means that the shop closes.
    async fn request(&self, method: &str, path: &str) {
        let _ = timeout(PATIENCE, exchange(self.shop, method, path)).await;
    }
}

async fn exchange(shop: SocketAddr, method: &str, path: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(shop).await?;
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {shop}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// Enough chance for a demonstration (xorshift), and the same in every run.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) % sides
    }

    fn pick<const N: usize>(&mut self, sides: [&'static str; N]) -> &'static str {
        sides[self.roll(u32::MAX) as usize % N]
    }
}
