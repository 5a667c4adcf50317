use metrics_core::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Request<'a> {
    method: bool,
    route: &'a str,
}

fn spawn(_: impl Future<Output = ()> + Send) {}

async fn answer() {}

fn used(requests: &'static Family<Request<'static>, Counter>) {
    spawn(async {
        let series = requests.with(&Request { method: true, route: "/" }).handle();
        answer().await;
        series.inc();
        requests.with(&Request { method: false, route: "/" }).inc();
        answer().await;
    });
}

fn main() {}
