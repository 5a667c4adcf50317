use metrics_core::instrument_histogram;

fn is_send(_: impl Send) {}

#[instrument_histogram]
async fn wait() {
    let shared = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
}

fn main() {
    is_send(wait());
}
