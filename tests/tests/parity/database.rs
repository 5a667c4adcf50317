#[path = "../../../examples/database_collector.rs"]
#[allow(dead_code, reason = "its main function")]
mod example;

use super::{pages, serve};
use example::{DatabaseCollector, create, register};
use metrics_core::Registry;
use std::fs;
use std::time::Duration;

/// However busy the machine is.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_pages_are_those_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let database = create(&path).unwrap();
    database.execute_batch(r#"CREATE TABLE "odd ""name""" (x); CREATE VIEW v AS SELECT 1;"#).unwrap();
    let registry = Registry::new();
    register(&registry, DatabaseCollector::new(&path), LONG).unwrap();
    let server = serve(&registry).await;
    let first = pages(server).await;
    let expected = r#"# HELP database_errors_total Times that it could not be read.
# TYPE database_errors_total counter
database_errors_total 0
# HELP database_free_pages Pages of the file that nothing is on.
# TYPE database_free_pages gauge
database_free_pages 0
# HELP database_page_size_bytes Size of a page.
# TYPE database_page_size_bytes gauge
database_page_size_bytes 4096
# HELP database_pages Pages of the file.
# TYPE database_pages gauge
database_pages 4
# HELP database_rows Rows of each table.
# TYPE database_rows gauge
database_rows{table="customers"} 2
database_rows{table="odd \"name\""} 0
database_rows{table="orders"} 3
# HELP database_up Whether the database could be read.
# TYPE database_up gauge
database_up 1
"#;
    assert_eq!(first.text, expected);
    assert!(first.openmetrics.contains("# TYPE database_errors counter\n# HELP database_errors Times"));
    assert!(first.openmetrics.contains("# UNIT database_page_size_bytes bytes\n"));
    assert_eq!(fs::metadata(&path).unwrap().len(), 4 * 4096);

    database.execute_batch("INSERT INTO orders VALUES (2, 1); DROP TABLE customers;").unwrap();
    let second = pages(server).await;
    second.assert_lines(&[r#"database_rows{table="orders"} 4"#, "database_pages 4", "database_free_pages 1"]);
    second.assert_none(&[r#"database_rows{table="customers"}"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_a_figure_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let registry = Registry::new();
    // Not there yet, which does not keep a service from starting.
    register(&registry, DatabaseCollector::new(&path), LONG).unwrap();
    let described: Vec<String> = registry.descs().into_iter().map(|desc| desc.name).collect();
    assert!(described.contains(&"database_rows".to_owned()), "{described:?}");
    let server = serve(&registry).await;

    let gone = pages(server).await;
    gone.assert_lines(&["# TYPE database_up gauge", "database_up 0"]);
    assert!(gone.openmetrics.contains("\ndatabase_errors_total 1\n"));
    assert!(gone.text.contains("\ndatabase_errors_total 2\n"));
    gone.assert_none(&["database_rows", "database_page", "# HELP database_rows"]);
    assert!(!path.exists(), "a look does not create it");

    let database = create(&path).unwrap();
    let back = pages(server).await;
    back.assert_lines(&["database_up 1", "database_errors_total 2", r#"database_rows{table="orders"} 3"#]);

    // As a long transaction of somebody else has it.
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    pages(server).await.assert_lines(&["database_up 0"]);
    database.execute_batch("ROLLBACK").unwrap();
    pages(server).await.assert_lines(&["database_up 1", "database_errors_total 4"]);

    drop(database);
    fs::write(&path, "this is no database, although it is long enough to be taken for one; ".repeat(40)).unwrap();
    let foreign = pages(server).await;
    foreign.assert_lines(&["database_up 0"]);
    foreign.assert_none(&["database_rows"]);
}
