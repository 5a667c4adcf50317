use super::Collector;
use crate::model::{CounterMetricFamily, Desc, FamilyError, GaugeMetricFamily, MetricFamily, Number};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A collector that gives what a task keeps fresh, and how old that is: for whatever is asked asynchronously, or takes
/// longer than a scrape may.
///
/// Besides the families that it is given, it has `<name>_age_seconds`, once there were any, and
/// `<name>_refresh_failures_total`.
///
/// ```
/// use metrics_core::model::{GaugeMetricFamily, MetricFamily, Number};
/// use metrics_core::{Registry, collector::Latest};
/// use std::{io, sync::Arc, time::Duration};
///
/// async fn ask_database() -> Result<Vec<MetricFamily>, io::Error> {
///     let rows = 7; // … ask it
///     Ok(vec![GaugeMetricFamily::single("rows", "Rows of the table.", rows).unwrap().into()])
/// }
///
/// # async fn sleep(_: Duration) {}
/// let database = Arc::new(Latest::new("database")?);
/// Registry::global().register_collector(database.clone())?;
/// // Any runtime will do: `tokio::spawn(…)` with `tokio::time::sleep`.
/// let task = database.keep_fresh(ask_database, || sleep(Duration::from_secs(10)));
/// # drop(task);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Latest {
    age: MetricFamily,
    failures: MetricFamily,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    families: Vec<MetricFamily>,
    since: Option<Instant>,
    failures: u64,
}

impl Latest {
    /// Without families yet. What it tells of itself begins with `name`.
    ///
    /// # Errors
    /// If that makes no legal name.
    #[track_caller]
    pub fn new(name: &str) -> Result<Self, FamilyError> {
        let age = GaugeMetricFamily::new(&format!("{name}_age"), "Time since this was asked for last.", [])?;
        let failures = format!("{name}_refresh_failures");
        let failures = CounterMetricFamily::new(&failures, "Times that asking for this failed.", [])?;
        let state = Mutex::default();
        Ok(Self { age: age.with_unit("seconds")?.into(), failures: failures.into(), state })
    }

    /// Gives these from now on.
    pub fn set(&self, families: Vec<MetricFamily>) {
        let mut state = self.lock();
        (state.families, state.since) = (families, Some(Instant::now()));
    }

    /// Counts an attempt that failed; the families stay what they were.
    pub fn failed(&self) {
        self.lock().failures += 1;
    }

    /// Asks again and again, with a pause between, as long as anybody else has this collector. To be run as a task.
    pub fn keep_fresh<Ask, Asked, E, Wait, Pause>(
        self: &Arc<Self>,
        mut ask: Ask,
        mut pause: Wait,
    ) -> impl Future<Output = ()> + use<Ask, Asked, E, Wait, Pause>
    where
        Ask: FnMut() -> Asked,
        Wait: FnMut() -> Pause,
        Asked: Future<Output = Result<Vec<MetricFamily>, E>>,
        Pause: Future<Output = ()>,
    {
        let latest = Arc::downgrade(self);
        async move {
            while latest.strong_count() > 0 {
                let asked = ask().await;
                let Some(latest) = latest.upgrade() else { return };
                match asked {
                    Ok(families) => latest.set(families),
                    Err(_) => latest.failed(),
                }
                drop(latest);
                pause().await;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for Latest {
    fn collect(&self) -> Vec<MetricFamily> {
        let state = self.lock();
        let mut families = state.families.clone();
        let mut add = |family: &MetricFamily, value: Number| {
            let mut family = family.clone();
            let name = family.desc().name.clone();
            family.add_sample(&name, &[], value, None, None, None).expect("a name of its own, and a legal value");
            families.push(family);
        };
        if let Some(since) = state.since {
            add(&self.age, since.elapsed().as_secs_f64().into());
        }
        add(&self.failures, state.failures.into());
        families
    }

    /// Nothing: what there will be is not known yet, and looked at in each scrape.
    fn describe(&self) -> Vec<Desc> {
        Vec::new()
    }
}
