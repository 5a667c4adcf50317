//! The examples of several processes, each with its exact output. Their processes are this one, started anew, so that
//! what is tested is what the examples are made of.

#[cfg(unix)]
#[path = "../../examples/batch/program.rs"]
mod batch;
#[cfg(unix)]
#[path = "../../examples/prefork/program.rs"]
mod prefork;
#[cfg(unix)]
#[path = "../../examples/workers/program.rs"]
mod workers;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    match std::env::var("EXAMPLE").as_deref() {
        Ok("batch") => batch::main(),
        Ok("prefork") => prefork::main(),
        Ok("workers") => workers::main(),
        _ => {
            tests::workers();
            tests::batch();
            tests::prefork();
            println!("process_examples: all is as expected");
            Ok(())
        }
    }
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod tests {
    use std::fs;
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    const FOLDER: &str = "PROMETHEUS_MULTIPROC_DIR";

    /// An example, with a folder of its own for temporary files.
    fn example(name: &str, temporary: &Path) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env("EXAMPLE", name).env("TMPDIR", temporary).env_remove(FOLDER);
        command
    }

    #[track_caller]
    fn output(command: &mut Command) -> String {
        let done = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(done.status.success(), "{}", done.status);
        String::from_utf8(done.stdout).unwrap()
    }

    #[track_caller]
    fn assert_empty(folder: &Path) {
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "it cleaned up");
    }

    pub(super) fn workers() {
        let temporary = tempfile::tempdir().unwrap();
        let page = output(&mut example("workers", temporary.path()));
        assert_eq!(
            page,
            "# HELP main_process_operations_total What the parent did itself.\n\
             # TYPE main_process_operations_total counter\n\
             main_process_operations_total 5\n\
             # HELP worker_task_duration_seconds How long a task took.\n\
             # TYPE worker_task_duration_seconds histogram\n\
             worker_task_duration_seconds_bucket{le=\"0.25\"} 6\n\
             worker_task_duration_seconds_bucket{le=\"0.5\"} 12\n\
             worker_task_duration_seconds_bucket{le=\"1.0\"} 24\n\
             worker_task_duration_seconds_bucket{le=\"+Inf\"} 30\n\
             worker_task_duration_seconds_sum 20.625\n\
             worker_task_duration_seconds_count 30\n\
             # HELP worker_tasks_completed_total Tasks that a worker has completed.\n\
             # TYPE worker_tasks_completed_total counter\n\
             worker_tasks_completed_total{worker_id=\"1\"} 10\n\
             worker_tasks_completed_total{worker_id=\"2\"} 10\n\
             worker_tasks_completed_total{worker_id=\"3\"} 10\n",
        );
        assert_empty(temporary.path());
    }

    pub(super) fn batch() {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let mut command = example("batch", folder.path());
            output(command.env(FOLDER, folder.path()).args(arguments))
        };
        for (job, rows) in [("import", "7"), ("import", "5"), ("export", "2")] {
            assert_eq!(run(&[job, rows]), "");
        }
        assert_eq!(
            run(&[]),
            "# HELP batch_largest_run_rows Rows of the largest run.\n\
             # TYPE batch_largest_run_rows gauge\n\
             batch_largest_run_rows{job=\"export\"} 2\n\
             batch_largest_run_rows{job=\"import\"} 7\n\
             # HELP batch_last_run_rows Rows of the run that ended last.\n\
             # TYPE batch_last_run_rows gauge\n\
             batch_last_run_rows{job=\"export\"} 2\n\
             batch_last_run_rows{job=\"import\"} 5\n\
             # HELP batch_rows_total Rows that were processed.\n\
             # TYPE batch_rows_total counter\n\
             batch_rows_total{job=\"export\"} 2\n\
             batch_rows_total{job=\"import\"} 12\n\
             # HELP batch_runs_total Runs that came to their end.\n\
             # TYPE batch_runs_total counter\n\
             batch_runs_total{job=\"export\"} 1\n\
             batch_runs_total{job=\"import\"} 2\n",
        );
        for _ in 0..40 {
            run(&["import", "1"]);
        }
        assert!(run(&[]).contains("batch_rows_total{job=\"import\"} 52\n"));
        assert!(fs::read_dir(folder.path()).unwrap().count() < 20, "those that ended became one");
        let refused = example("batch", folder.path()).args(["import", "1"]).output().unwrap();
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains(FOLDER));
    }

    pub(super) fn prefork() {
        let temporary = tempfile::tempdir().unwrap();
        let mut command = example("prefork", temporary.path());
        command.args(["127.0.0.1:0", "3"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut parent = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("serving: ").unwrap().strip_suffix("/hello/you").unwrap().to_owned();
        let get = |path: &str| {
            // Another connection each time, so that the kernel chooses among the workers.
            let agent = ureq::Agent::config_builder().proxy(None).max_idle_connections(0).build().new_agent();
            Some(agent.get(format!("{url}{path}")).call().ok()?.body_mut().read_to_string().unwrap())
        };
        let page = || get("/metrics?name[]=prefork_requests&name[]=prefork_workers").unwrap_or_default();
        let wait_for = |expected: &str| {
            let begin = Instant::now();
            while !page().contains(expected) {
                assert!(begin.elapsed() < Duration::from_secs(20), "{}", page());
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        wait_for("prefork_workers 3\n");
        let answers: Vec<_> = (0..60).map(|_| get("/hello/you").unwrap()).collect();
        assert!(answers.iter().all(|answer| answer.starts_with("Hello, you! This is process ")));
        // Others give all connections to one.
        let is_divided = answers.iter().any(|answer| *answer != answers[0]);
        assert!(is_divided || cfg!(not(target_os = "linux")), "one worker answered all");
        let expected = "# HELP prefork_requests_total Requests that were answered.\n\
            # TYPE prefork_requests_total counter\n\
            prefork_requests_total{name=\"you\"} 60\n\
            # HELP prefork_workers Workers that serve.\n\
            # TYPE prefork_workers gauge\n\
            prefork_workers 3\n";
        assert_eq!(page(), expected);

        // What a worker counted that is killed stays, and another one takes its place.
        let killed = answers[0].trim_end().trim_end_matches('.').rsplit(' ').next().unwrap();
        assert!(Command::new("kill").args(["-9", killed]).status().unwrap().success());
        let begin = Instant::now();
        while page() != expected {
            assert!(begin.elapsed() < Duration::from_secs(20), "{}", page());
            std::thread::sleep(Duration::from_millis(20));
        }
        drop(parent.stdin.take());
        assert!(parent.wait().unwrap().success());
        assert_empty(temporary.path());
    }
}
