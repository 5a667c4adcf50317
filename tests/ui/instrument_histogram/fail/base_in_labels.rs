use metrics_core::{Family, Histogram, LabelSet, LabelValue, Metrics, instrument_histogram};

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
}

#[derive(LabelSet)]
struct Request<'a> {
    method: Method,
    route: &'a str,
}

#[derive(Metrics)]
struct Shop {
    /// Time to answer.
    answer: Family<Request<'static>, Histogram>,
}

const DEFAULT: Request<'static> = Request { method: Method::Get, route: "/" };

#[instrument_histogram(into = Shop::global().answer, labels = Request { route, ..DEFAULT })]
fn answer(route: &str) {}

fn main() {}
