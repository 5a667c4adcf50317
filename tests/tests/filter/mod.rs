//! A filter of system calls that refuses `membarrier`, as containers have it.

use rustix::io::Errno;
use rustix::thread::{MembarrierCommand, membarrier, membarrier_query};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// `membarrier` on x86-64.
const MEMBARRIER: i64 = 324;

/// For all threads that there are, and those that they start. Checks that it holds.
pub(crate) fn refuse_membarrier() {
    let refuse = SeccompAction::Errno(Errno::PERM.raw_os_error().unsigned_abs());
    let rules = [(MEMBARRIER, Vec::new())].into_iter().collect();
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, TargetArch::x86_64).unwrap();
    seccompiler::apply_filter_all_threads(&BpfProgram::try_from(filter).unwrap()).unwrap();
    let refused = || {
        assert!(membarrier_query().is_empty());
        for command in [MembarrierCommand::RegisterPrivateExpedited, MembarrierCommand::PrivateExpedited] {
            assert_eq!(membarrier(command), Err(Errno::PERM));
        }
    };
    refused();
    std::thread::spawn(refused).join().unwrap();
}
