"""Uses the shop in a way whose result is known, and says what must have been counted."""

import collections
import socket
import time
import urllib.parse

from peers import request, wait_for

PRICES = [25.5, 3.25, 8.0, 14.75]
NAMES = ['12" record', "café au lait", "map of C:\\", "umbrella"]
CHECKOUTS = 45
OPEN_CARTS = 5


class Driver:
    def __init__(self, shop):
        self.shop = shop
        self.counts = collections.Counter()
        self.revenue = 0.0

    def ask(self, method, path, route, status):
        got = request(self.shop + path, method)[0]
        if got != status:
            raise AssertionError(f"{method} {path}: {got}, expected {status}")
        self.counts[f"request {method} {route} {status}"] += 1

    def call(self, function, outcome):
        self.counts[f"call {function} {outcome}"] += 1

    def drive(self):
        for _ in range(12):
            self.ask("GET", "", "/", 200)
        for product, times in enumerate([3, 5, 7, 2]):
            for _ in range(times):
                self.ask("GET", f"products/{product}", "/products/{id}", 200)
                self.counts[f"view {product}"] += 1
        for product in range(4, 8):
            self.ask("GET", f"products/{product}", "/products/{id}", 404)
        for number in range(6):
            self.ask("GET", f"no/such/page/{number}", "unmatched", 404)
        for method in ["PUT", "DELETE", "BREW"]:
            self.ask(method, f"no/such/page/{method}", "unmatched", 404)
        for asked in range(1, 12):
            self.ask("GET", "recommendations", "/recommendations", 503 if asked % 5 == 0 else 200)
        self.check_out()
        self.search()
        return self

    def check_out(self):
        for number in range(1, CHECKOUTS + 1):
            price = 0.0
            for product in (number % 4, number % 3):
                self.ask("POST", f"carts/{number}/{product}", "/carts/{cart}/{product}", 200)
                price += PRICES[product]
            accepted = number % 7 != 0
            means = "invoice" if number % 3 == 0 else "card"
            self.ask("POST", f"carts/{number}/checkout?{means}", "/carts/{cart}/checkout", 200 if accepted else 402)
            self.call("add_up", "ok")
            self.call("check_out", "ok" if accepted else "error")
            self.counts[f"payment {means.capitalize()} {'true' if accepted else 'false'}"] += 1
            if accepted:
                self.revenue += price
                self.call("pack", "panic" if number % 20 == 0 else "error" if number % 11 == 0 else "ok")
        for _ in range(3):
            self.ask("POST", "carts/1/checkout", "/carts/{cart}/checkout", 409)
            self.call("add_up", "error")
            self.call("check_out", "error")
        for cart in range(100, 100 + OPEN_CARTS):
            self.ask("POST", f"carts/{cart}/0", "/carts/{cart}/{product}", 200)

    def search(self):
        for query in ["map", "rain", "coffee", "record"]:
            self.ask("GET", f"search?{query}", "/search", 200)
            self.call("search", "ok")
        for _ in range(2):
            self.ask("GET", "search", "/search", 400)
            self.call("search", "error")
        address = urllib.parse.urlsplit(self.shop)
        for _ in range(3):
            with socket.create_connection((address.hostname, address.port), timeout=10) as client:
                client.sendall(b"GET /search?" + b"x" * 40 + b" HTTP/1.1\r\nHost: shop\r\n\r\n")
                time.sleep(0.2)
            self.call("search", "cancelled")

    def wait_settled(self, own_counts):
        """Orders are packed, and given up searches dropped, after the answer."""
        calls = sum(count for what, count in self.counts.items() if what.startswith("call "))
        wait_for(
            lambda: sum(count for what, count in own_counts().items() if what.startswith("call ")) >= calls,
            "the shop to finish its work",
        )
