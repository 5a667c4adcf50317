//! Rows and pages of an SQLite database; a database that is gone is a figure on the page, and not a page that fails:
//!
//! ```text
//! cargo run --example database_collector [PORT]
//! curl http://127.0.0.1:9103/metrics
//! ```

use metrics_core::collector::Deadline;
use metrics_core::model::{CounterMetricFamily, Desc, FamilyError, GaugeMetricFamily, MetricFamily};
use metrics_core::registry::Registration;
use metrics_core::{Collector, RegisterError, Registry};
use rusqlite::{Connection, OpenFlags};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

pub(crate) struct DatabaseCollector {
    path: PathBuf,
    errors: AtomicU64,
}

impl DatabaseCollector {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), errors: AtomicU64::new(0) }
    }

    fn read(&self) -> Result<Families, Box<dyn Error>> {
        // To create a database that is missing is not for us. A connection for each scrape notices when the file is another
        // one, and holds nothing in between.
        let mut database = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        database.busy_timeout(Duration::from_millis(250))?;
        // Everything as it was at one moment.
        let moment = database.transaction()?;
        let mut families = Families::new()?;

        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name";
        let mut tables = moment.prepare(tables)?;
        for table in tables.query_map([], |row| row.get::<_, String>("name"))? {
            let table = table?;
            // A name cannot be a parameter.
            let count = format!(r#"SELECT count(*) FROM "{}""#, table.replace('"', r#""""#));
            let rows: i64 = moment.query_row(&count, [], |row| row.get(0))?;
            families.rows.add_metric([&table], rows)?;
        }
        let pragma = |name: &str| moment.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        families.pages.add_metric([], pragma("page_count")?)?;
        families.free_pages.add_metric([], pragma("freelist_count")?)?;
        families.page_size.add_metric([], pragma("page_size")?)?;
        Ok(families)
    }

    fn try_collect(&self) -> Result<Vec<MetricFamily>, FamilyError> {
        let (mut families, is_up) = match self.read() {
            Ok(families) => (families, true),
            // What was read before the error goes with it: half of the tables would look like all.
            Err(error) => {
                eprintln!("{}: {error}", self.path.display());
                self.errors.fetch_add(1, Relaxed);
                (Families::new()?, false)
            }
        };
        families.up.add_metric([], u32::from(is_up))?;
        families.errors.add_metric([], self.errors.load(Relaxed))?;
        Ok(families.into())
    }
}

impl Collector for DatabaseCollector {
    fn collect(&self) -> Vec<MetricFamily> {
        self.try_collect().expect("legal names, and each table once")
    }

    /// Also what is missing when the database is: another family cannot take its name meanwhile.
    fn describe(&self) -> Vec<Desc> {
        let families: Vec<MetricFamily> = Families::new().expect("legal names").into();
        families.iter().map(|family| family.desc().clone()).collect()
    }
}

struct Families {
    up: GaugeMetricFamily,
    errors: CounterMetricFamily,
    rows: GaugeMetricFamily<1>,
    pages: GaugeMetricFamily,
    free_pages: GaugeMetricFamily,
    page_size: GaugeMetricFamily,
}

impl Families {
    fn new() -> Result<Self, FamilyError> {
        let gauge = |name: &str, help: &str| GaugeMetricFamily::new(name, help, []);
        Ok(Self {
            up: gauge("database_up", "Whether the database could be read.")?,
            errors: CounterMetricFamily::new("database_errors", "Times that it could not be read.", [])?,
            rows: GaugeMetricFamily::new("database_rows", "Rows of each table.", ["table"])?,
            pages: gauge("database_pages", "Pages of the file.")?,
            free_pages: gauge("database_free_pages", "Pages of the file that nothing is on.")?,
            page_size: gauge("database_page_size", "Size of a page.")?.with_unit("bytes")?,
        })
    }
}

impl From<Families> for Vec<MetricFamily> {
    fn from(Families { up, errors, rows, pages, free_pages, page_size }: Families) -> Self {
        vec![up.into(), errors.into(), rows.into(), pages.into(), free_pages.into(), page_size.into()]
    }
}

/// Rows are counted one by one, which takes long in a large table, and a file may be on a disk that hangs. A scrape waits no
/// longer than `limit`; then it goes without, and `metrics_core_late_collector_runs_total` rises. With `keep_last()` it
/// would show the rows of the run before, and a `database_up 1` that is not true.
pub(crate) fn register(
    registry: &Registry,
    database: DatabaseCollector,
    limit: Duration,
) -> Result<Registration, RegisterError> {
    registry.register_collector(Arc::new(Deadline::new(database, limit)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("shop.db");
    create(&path)?;
    println!("Move {} away, and back again.", path.display());
    let shop = path.clone();
    thread::spawn(move || sell(&shop));
    register(Registry::global(), DatabaseCollector::new(path), Duration::from_secs(2))?;

    let port = std::env::args().nth(1).map_or(Ok(9103), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    let server = axum::serve(listener, metrics_exposition::axum::router());
    // Ctrl-C ends `main`, which removes the folder.
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    Ok(server.with_graceful_shutdown(interrupted).await?)
}

pub(crate) fn create(path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    database.execute_batch(
        "CREATE TABLE customers (name TEXT);
         CREATE TABLE orders (customer INTEGER, cents INTEGER);
         INSERT INTO customers VALUES ('Ada'), ('Grace');
         INSERT INTO orders VALUES (1, 1250), (2, 700), (1, 99);",
    )?;
    Ok(database)
}

/// An order each second.
fn sell(path: &Path) {
    let order = || {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?
            .execute("INSERT INTO orders VALUES (1, 500)", [])
    };
    loop {
        thread::sleep(Duration::from_secs(1));
        // None while the database is away.
        let _ = order();
    }
}
