use metrics_core::Registry;
use metrics_core::model::FamilySink;

/// Gives all families to a sink that sends nothing before it has all of them, and so can still forget one as a whole.
pub(crate) fn collect_whole(registry: &Registry, sink: &mut impl FamilySink) {
    let mut scrape = registry.scrape();
    loop {
        match scrape.step(sink) {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => sink.abandon(),
        }
    }
}
