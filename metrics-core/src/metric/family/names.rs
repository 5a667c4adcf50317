//! What other processes know a family's series by.

use super::{Arc, Child, Name, Named, Stopped, journal};
use crate::cell::StoppedCell;

/// The names of the families that the series of one make: one, or as many as a struct of metrics has. None, as long as
/// nobody has to know them.
pub(super) struct Names(StoppedCell<Vec<Option<Arc<Name>>>>);

impl Names {
    pub(super) const fn new() -> Self {
        Self(StoppedCell::new(Vec::new()))
    }

    /// See [`Collect::announce`](crate::metric::Collect::announce); these are the children that there are, with their
    /// labels.
    pub(super) fn announce<'a, M: Child>(
        &self,
        stopped: &mut Stopped<'static>,
        family: usize,
        named: Option<Named<'_>>,
        children: impl Iterator<Item = (&'a str, &'a M)>,
    ) {
        let names = self.0.get(stopped);
        if names.len() <= family {
            names.resize(family + 1, None);
        }
        names[family] = named.map(|named| Arc::clone(named.name));
        for (labels, child) in children {
            child.announce(stopped, family, named.map(|named| Named { labels, ..named }));
        }
    }

    /// Tells of a series with these labels that begins.
    pub(super) fn begin<M: Child>(&self, stopped: &mut Stopped<'static>, metric: &M, labels: &str) {
        if journal().is_none() {
            return;
        }
        let names = self.0.get(stopped).clone();
        for (family, name) in names.iter().enumerate() {
            if let Some(name) = name {
                metric.announce(stopped, family, Some(Named { name, labels }));
            }
        }
    }

    /// Tells of one that ends.
    pub(super) fn end<M: Child>(&self, stopped: &mut Stopped<'static>, metric: &M) {
        if journal().is_some() {
            (0..self.0.get(stopped).len()).for_each(|family| metric.announce(stopped, family, None));
        }
    }
}
