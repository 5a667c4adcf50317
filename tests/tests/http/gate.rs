//! A metric whose callback waits, and says how often it was asked.

use metrics_core::registry::Definition;
use metrics_core::{CallbackGauge, Registry};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    calls: usize,
    /// How many calls may return.
    open: usize,
}

impl Gate {
    /// A registry with the gauge `gate`, whose value is the number of the call.
    pub(crate) fn registry() -> (Registry, Arc<Self>) {
        let (registry, gate) = (Registry::new(), Arc::new(Self::default()));
        let inside = Arc::clone(&gate);
        let gauge = CallbackGauge::new(move || inside.enter());
        registry.register(Definition::new("gate", "Waits."), Arc::new(gauge)).unwrap();
        (registry, gate)
    }

    /// Waits until the gate is open for this call; which one it is.
    pub(crate) fn enter(&self) -> f64 {
        let mut state = self.lock();
        state.calls += 1;
        let call = state.calls;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |state| state.open < call).unwrap_or_else(PoisonError::into_inner));
        call as f64
    }

    /// Lets the first `calls` calls return.
    pub(crate) fn open_for(&self, calls: usize) {
        self.lock().open = calls;
        self.changed.notify_all();
    }

    pub(crate) fn open(&self) {
        self.open_for(usize::MAX);
    }

    pub(crate) fn calls(&self) -> usize {
        self.lock().calls
    }

    /// Waits until there were so many calls.
    pub(crate) fn wait_for(&self, calls: usize) {
        let patience = Duration::from_secs(30);
        let waited = self.changed.wait_timeout_while(self.lock(), patience, |state| state.calls < calls);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert_eq!(state.calls, calls, "calls of the gate");
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
