"""What the shop counted by itself (`/counts`), as PromQL must say it: lists of labels and a value."""

from driver import NAMES


def requests(counts):
    totals = {}
    for method, route, status, count in _of(counts, "request"):
        # Methods that the shop does not know are one label value.
        labels = (method.lower() if method in ("GET", "POST") else "other", route, status)
        totals[labels] = totals.get(labels, 0) + count
    return [(dict(zip(("method", "route", "status"), labels)), count) for labels, count in totals.items()]


def calls(counts):
    paths = {"check_out": "Shop::check_out"}
    return [
        ({"function": f"shop::orders::{paths.get(function, function)}", "outcome": outcome}, count)
        for function, outcome, count in _of(counts, "call")
    ]


def payments(counts):
    return [
        ({"means": means.lower(), "accepted": accepted}, count) for means, accepted, count in _of(counts, "payment")
    ]


def views(counts):
    return [({"product": NAMES[int(product)]}, count) for product, count in _of(counts, "view")]


def _of(counts, kind):
    for what, count in counts.items():
        first, *rest = what.split(" ")
        if first == kind:
            yield *rest, count


# PromQL for each, where `JOB` stands for a selector of the shop.
REQUESTS = [
    f"sum by (method, route, status) ({series})"
    for series in (
        'shop_requests_total{JOB, region="eu"}',
        "shop_request_duration_seconds_count{JOB}",
        'shop_request_duration_seconds_bucket{JOB, le="+Inf"}',
    )
]
CALLS = (
    "sum by (function, outcome)"
    ' ({__name__=~"function_duration_seconds_count|(search|add_up)_duration_seconds_count", JOB})'
)
PAYMENTS = "sum by (means, accepted) (shop_till_payments_total{JOB})"
VIEWS = "sum by (product) (shop_product_views_total{JOB})"
REVENUE = "sum (shop_till_revenue_euros_total{JOB})"
