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
        let series = &requests.with(&Request { method: true, route: "/" });
        answer().await;
        series.inc();
    });
}

fn main() {}
