use metrics_core::LabelSet;

#[derive(LabelSet)]
pub(crate) struct Resource<'a> {
    pub(crate) path: &'a str,
    pub(crate) tenant: &'a str,
}

/// Values of set number `i`, which make labels of 36 bytes: `path="/r/0001234",tenant="t00000234"`.
pub(crate) fn resource(i: usize) -> (String, String) {
    (format!("/r/{i:07}"), format!("t{:08}", i % 1_000))
}
