//! The end of series that nothing has changed for too long.

use super::super::idle::{Expired, Late};
use super::super::series::Series;
use super::{Child, HashedStore, Labels, UNLINK, pin};

impl<M: Child> HashedStore<M> {
    /// Counts what came late to a series that expired in the next one.
    pub(super) fn go_on(&self, late: &Late) {
        let values: Vec<_> = Labels { scope: "", own: &late.labels }.pairs().map(|(_, value)| value).collect();
        let values: Vec<&str> = values.iter().map(|value| &**value).collect();
        let hash = self.hash(&values);
        let _pin = pin();
        // SAFETY: pinned.
        let found = unsafe { self.table().find_anywhere(hash, self.schema.rendered, &values) };
        let series = found.unwrap_or_else(|| self.missed(&values));
        // SAFETY: pinned.
        unsafe { Series::metric(series) }.go_on(&late.then, &late.now, found.is_none());
    }

    /// Removes what nothing has changed for too long, of series that were read just now. The caller is pinned since before
    /// it found them.
    pub(super) fn expire(&self, mut expired: Vec<Expired<M>>) {
        while !expired.is_empty() {
            let rest = expired.split_off(expired.len().min(UNLINK));
            let series: Vec<_> = expired.iter().map(|expired| expired.series).collect();
            let gone = self.unlink(&series);
            // Only now, and not too late: they are not freed while this thread is pinned. And not those that somebody
            // else has removed meanwhile.
            expired.into_iter().filter(|expired| gone.contains(&expired.series)).for_each(|e| self.idle.expire(e));
            expired = rest;
        }
    }
}
