//! Certificates for a server and for this program.

use metrics_exposition::http_client::Tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::error::Error;
use std::fs;
use std::path::Path;

/// An authority, a server on `127.0.0.1` and a client, each in PEM.
pub(crate) fn write_certificates(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut params = CertificateParams::new(Vec::new())?;
    // Not that of the others: who vouches for the own name is self-signed to OpenSSL.
    params.distinguished_name.push(DnType::CommonName, "authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    fs::write(folder.join("ca.pem"), authority.pem())?;
    for (name, subject) in [("server", "127.0.0.1"), ("client", "suite")] {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![subject.to_owned()])?.signed_by(&key, &authority)?;
        fs::write(folder.join(format!("{name}.pem")), certificate.pem())?;
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem())?;
    }
    Ok(())
}

/// Trusts the authority in this folder, and shows the client's certificate.
pub(crate) fn ours(folder: &Path) -> Result<Tls, Box<dyn Error>> {
    let read = |name: &str| fs::read(folder.join(name));
    let tls = Tls::new().ca_certificates(&read("ca.pem")?)?;
    Ok(tls.client_certificate(&read("client.pem")?, &read("client.key")?)?)
}
