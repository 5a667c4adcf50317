//! TLS, with certificates that may change while the server runs.

use super::error::ServerError;
use super::self_metrics::Counts;
use crate::threads;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::error::Error;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often handshakes look whether files have changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// More than a bundle of all authorities that there are.
const LONGEST_FILE: u64 = 4 << 20;

/// What a server shows of itself, and asks of its clients: TLS 1.2 and 1.3, by [rustls](https://docs.rs/rustls).
///
/// The files are PEM. They are read again when they have changed: connections that come in a second later have the new
/// ones, and those that are open stay as they are. What cannot be used (a certificate that was written and its key that
/// was not yet) changes nothing, is counted in `metrics_exposition_server_certificate_failures_total`, and tried again.
///
/// ```no_run
/// use metrics_core::Registry;
/// use metrics_exposition::server::{self, Listener, Options, Tls};
///
/// let tls = Tls::new("/etc/shop/tls.crt", "/etc/shop/tls.key").client_ca("/etc/shop/scrapers.crt");
/// let listener = Listener::dual_stack(9090)?;
/// let server = server::start(listener, Registry::global(), Options::new().tls(tls))?;
/// # drop(server);
/// # Ok::<(), server::ServerError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Tls {
    certificates: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

impl Tls {
    /// With these certificates, the server's own before those that signed it, and the key of that.
    pub fn new(certificates: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { certificates: certificates.into(), key: key.into(), client_ca: None }
    }

    /// Answers only clients that have a certificate which one of these has signed (mutual TLS).
    pub fn client_ca(self, certificates: impl Into<PathBuf>) -> Self {
        Self { client_ca: Some(certificates.into()), ..self }
    }

    fn read(&self) -> Result<Files, ServerError> {
        let client_ca = self.client_ca.as_deref().map(read).transpose()?;
        Ok(Files { certificates: read(&self.certificates)?, key: read(&self.key)?, client_ca })
    }

    fn config(&self, files: &Files) -> Result<Arc<ServerConfig>, ServerError> {
        let provider = Arc::new(ring::default_provider());
        let of_server = |error| failed(&self.certificates, error);
        let chain = certificates(&self.certificates, &files.certificates)?;
        let key = PrivateKeyDer::from_pem_slice(&files.key).map_err(|error| failed(&self.key, error))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(of_server)?;
        let builder = match (&self.client_ca, &files.client_ca) {
            (Some(path), Some(bytes)) => {
                let mut roots = RootCertStore::empty();
                for root in certificates(path, bytes)? {
                    roots.add(root).map_err(|error| failed(path, error))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|error| failed(path, error))?)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(of_server)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// What the files hold.
struct Files {
    certificates: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl Files {
    fn hash(&self, hasher: &RandomState) -> u64 {
        let mut hash = hasher.build_hasher();
        for file in [Some(&self.certificates), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten() {
            hash.write_usize(file.len());
            hash.write(file);
        }
        hash.finish()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ServerError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(path, error))?;
    file.take(LONGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| failed(path, error))?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(failed(path, "it is longer than 4 MiB"));
    }
    Ok(bytes)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ServerError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(failed(path, "it has no certificate in PEM")),
        Ok(found) => Ok(found),
        Err(error) => Err(failed(path, error)),
    }
}

fn failed(file: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> ServerError {
    ServerError::Tls { file: file.to_owned(), source: source.into() }
}

/// The configuration that is in use.
pub(super) struct Current {
    tls: Tls,
    hasher: RandomState,
    state: Mutex<State>,
}

struct State {
    config: Arc<ServerConfig>,
    /// Of the files as they were then.
    hash: u64,
    looked: Instant,
}

impl Current {
    pub(super) fn load(tls: Tls) -> Result<Arc<Self>, ServerError> {
        let (hasher, files) = (RandomState::new(), tls.read()?);
        let state = State { config: tls.config(&files)?, hash: files.hash(&hasher), looked: Instant::now() };
        Ok(Arc::new(Self { tls, hasher, state: Mutex::new(state) }))
    }

    /// For a handshake. Looks at the files first, on a thread where that may block, if nobody did so just now.
    pub(super) async fn config(self: &Arc<Self>, counts: &Counts) -> Arc<ServerConfig> {
        if self.is_time_to_look() {
            let (current, counts) = (Arc::clone(self), counts.clone());
            // If it panicked, everything is as it was.
            let _ = threads::run(move || current.look(&counts)).await;
        }
        Arc::clone(&self.lock().config)
    }

    fn is_time_to_look(&self) -> bool {
        let (mut state, now) = (self.lock(), Instant::now());
        let is_time = now.duration_since(state.looked) >= LOOK_EVERY;
        if is_time {
            state.looked = now;
        }
        is_time
    }

    fn look(&self, counts: &Counts) {
        let Ok(files) = self.tls.read() else { return counts.reloaded(false) };
        let hash = files.hash(&self.hasher);
        if hash == self.lock().hash {
            return;
        }
        match self.tls.config(&files) {
            Ok(config) => {
                let mut state = self.lock();
                (state.config, state.hash) = (config, hash);
                drop(state);
                counts.reloaded(true);
            }
            Err(_) => counts.reloaded(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
