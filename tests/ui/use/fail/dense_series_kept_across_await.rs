use metrics_core::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Request {
    method: bool,
}

fn spawn(_: impl Future<Output = ()> + Send) {}

async fn answer() {}

fn used(requests: &'static Family<Request, Counter>) {
    spawn(async {
        let series = requests.with(&Request { method: true });
        answer().await;
        series.inc();
    });
}

fn main() {}
