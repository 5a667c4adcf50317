//! The example of a batch job.

#[path = "../../../examples/batch_job.rs"]
#[allow(dead_code, reason = "its main function")]
mod batch_job;

use crate::server::{fine, serve};
use metrics_exposition::lint::Linter;
use std::fs;

#[test]
fn it_pushes_what_it_found_and_how_it_ended() {
    let server = serve(fine);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "12345").unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(batch_job::run(&server.address, path).unwrap(), 1);
    let request = server.requests.recv().unwrap();
    for line in ["folder_files 1\n", "folder_size_bytes 5\n", "batch_job_succeeded 1\n"] {
        assert!(request.text().contains(line), "{}", request.text());
    }
    assert_eq!(Linter::new().page(&request.body).unwrap(), []);

    assert!(batch_job::run(&server.address, &format!("{path}/missing")).is_err());
    let request = server.requests.recv().unwrap();
    assert!(request.text().contains("batch_job_succeeded 0\n"), "{}", request.text());
    assert!(!request.text().contains("last_success"), "{}", request.text());
}
