//! The thread of a server that is not in a runtime of the program's own.

use super::connection::Shared;
use super::handle::{Ends, Server};
use super::run::run;
use super::{Listener, ServerError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;
use tokio::runtime;

pub(super) fn start(listener: Listener, shared: Arc<Shared>) -> Result<Server, ServerError> {
    let (ends, address) = (Ends::new(), listener.local_addr());
    let (tell, told) = mpsc::sync_channel(1);
    let of_thread = Arc::clone(&ends);
    let work = move || {
        let ended = catch_unwind(AssertUnwindSafe(|| serve(listener, shared, &of_thread, &tell)));
        of_thread.ended(ended.unwrap_or(0));
    };
    let failed = |source| ServerError::Thread { source };
    thread::Builder::new().name("metrics-server".to_owned()).spawn(work).map_err(failed)?;
    match told.recv() {
        Ok(Err(source)) => Err(failed(source)),
        Ok(Ok(())) | Err(_) => Ok(Server::new(ends, address)),
    }
}

/// Tells whether it serves now, and when it does no more, how many connections were broken off.
fn serve(listener: Listener, shared: Arc<Shared>, ends: &Ends, tell: &mpsc::SyncSender<std::io::Result<()>>) -> usize {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let begun = runtime.and_then(|runtime| {
        let _entered = runtime.enter();
        let listener = listener.polled()?;
        drop(_entered);
        Ok((runtime, listener))
    });
    match begun {
        Ok((runtime, listener)) => {
            // Who started it waits for this.
            let _ = tell.send(Ok(()));
            match runtime.block_on(run(listener, shared, ends.asked())) {
                Err(ServerError::BrokenOff { connections }) => connections,
                _ => 0,
            }
        }
        Err(error) => {
            let _ = tell.send(Err(error));
            0
        }
    }
}
