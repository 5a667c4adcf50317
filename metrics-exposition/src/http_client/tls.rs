use super::InvalidOption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::Arc;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

/// Whom to trust, and who we are; TLS 1.2 or 1.3.
///
/// ```no_run
/// use metrics_exposition::http_client::{Options, Tls};
///
/// let tls = Tls::new()
///     .ca_certificates(&std::fs::read("ca.pem")?)?
///     .client_certificate(&std::fs::read("client.pem")?, &std::fs::read("client.key")?)?;
/// let options = Options::new().tls(tls);
/// # let _ = options;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Tls {
    /// `None`: those of the system.
    roots: Option<RootCerts>,
    client: Option<ClientCert>,
    trusts_all: bool,
}

impl Tls {
    /// Trusts whom the system trusts, and shows no certificate. Which those are is read when the first connection is made;
    /// the variables `SSL_CERT_FILE` and `SSL_CERT_DIR` name others, as elsewhere.
    pub fn new() -> Self {
        Self { roots: None, client: None, trusts_all: false }
    }

    /// Trusts the servers that these authorities vouch for, and no others: certificates in PEM.
    ///
    /// # Errors
    /// If there is none, or one that cannot be read.
    pub fn ca_certificates(self, pem: &[u8]) -> Result<Self, InvalidOption> {
        let certificates = certificates(pem)?;
        let mut store = rustls::RootCertStore::empty();
        for certificate in &certificates {
            let added = store.add(certificate.clone());
            added.map_err(|error| InvalidOption::new(format!("a CA certificate cannot be used: {error}")))?;
        }
        let roots = certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
        Ok(Self { roots: Some(roots.collect::<Vec<_>>().into()), ..self })
    }

    /// Shows the server this certificate, with those up to its authority behind it, and proves by the key that it is ours:
    /// both in PEM.
    ///
    /// # Errors
    /// If one of them cannot be read, or the key is that of another certificate.
    pub fn client_certificate(self, chain: &[u8], key: &[u8]) -> Result<Self, InvalidOption> {
        let chain = certificates(chain)?;
        // Not what the reader says: it might show a part of the key.
        let cannot = || InvalidOption::new("no private key in PEM: PKCS#8, PKCS#1 or SEC1");
        let checked = PrivateKeyDer::from_pem_slice(key).map_err(|_| cannot())?;
        CertifiedKey::from_der(chain.clone(), checked, &provider())
            .map_err(|error| InvalidOption::new(format!("the key does not go with the client certificate: {error}")))?;
        let key = PrivateKey::from_pem(key).map_err(|_| cannot())?;
        let chain: Vec<_> = chain.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
        Ok(Self { client: Some(ClientCert::new_with_certs(&chain, key)), ..self })
    }

    /// Trusts whoever answers, also one that stands in between and reads all: for tests alone.
    pub fn danger_accept_any_certificate(self) -> Self {
        Self { trusts_all: true, ..self }
    }

    /// Without any roots, if the system has none: then every server is refused.
    pub(super) fn config(&self) -> TlsConfig {
        TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(provider())
            .root_certs(self.roots.clone().unwrap_or_else(of_system))
            .client_cert(self.client.clone())
            .disable_verification(self.trusts_all)
            .build()
    }
}

/// The program's, if it has chosen one.
fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()))
}

/// Those that can be read.
fn of_system() -> RootCerts {
    let certificates = rustls_native_certs::load_native_certs().certs;
    certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).into()
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, InvalidOption> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(InvalidOption::new("no certificate in PEM")),
        Err(error) => Err(InvalidOption::new(format!("no certificates in PEM: {error}"))),
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("trusts_system", &self.roots.is_none())
            .field("has_certificate", &self.client.is_some())
            .field("trusts_all", &self.trusts_all)
            .finish()
    }
}
