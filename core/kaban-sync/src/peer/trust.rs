//! Whose certificates are believed on Android.
//!
//! Everywhere else reqwest asks the platform. On Android its way to ask leads through Java: it
//! wants an application context before the first connection and panics without one, and no code
//! down here has a context to give. The same authorities lie in a folder that every app may read,
//! so they are read from there. The price: an authority that somebody switched off in Android's
//! settings is still believed, and one that somebody added there is not.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use reqwest::Certificate;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::Error;

/// Since Android 14 the first is kept up to date by the store; before, there was the second only.
const FOLDERS: [&str; 2] = [
    "/apex/com.android.conscrypt/cacerts",
    "/system/etc/security/cacerts",
];
/// Most bytes of one file: it holds one certificate, and sometimes the same in words.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Most files looked at: Android has about 150.
const FILES_MAX: usize = 1000;

/// Android's authorities; none on other systems, where the platform is asked.
///
/// # Errors
/// [`Error::Peer`] when this is Android and no authority could be read.
pub(super) fn authorities() -> Result<Option<Vec<Certificate>>, Error> {
    if !cfg!(target_os = "android") {
        return Ok(None);
    }
    let all = FOLDERS.iter().map(|folder| in_folder(Path::new(folder)));
    match all.into_iter().find(|found| !found.is_empty()) {
        Some(found) => Ok(Some(found)),
        None => Err(Error::Peer {
            what: format!("no certificate authorities in {}", FOLDERS.join(" or ")),
        }),
    }
}

/// What cannot be read is no authority: one odd file must not cut off all the others.
fn in_folder(folder: &Path) -> Vec<Certificate> {
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let files = files.filter_map(Result::ok).take(FILES_MAX);
    files
        .filter_map(|file| bytes_of(&file.path()))
        .flat_map(|bytes| in_file(&bytes))
        .collect()
}

fn bytes_of(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path).ok()?.take(FILE_BYTES_MAX + 1);
    file.read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= FILE_BYTES_MAX).then_some(bytes)
}

/// Only what rustls itself takes for an authority, because a client refuses the whole list for
/// one that it does not.
fn in_file(bytes: &[u8]) -> Vec<Certificate> {
    CertificateDer::pem_slice_iter(bytes)
        .filter_map(Result::ok)
        .filter(|der| RootCertStore::empty().add(der.clone()).is_ok())
        .filter_map(|der| Certificate::from_der(&der).ok())
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{FILE_BYTES_MAX, authorities, in_file, in_folder};
    use proptest::prelude::*;

    /// Made for this test, its key thrown away.
    const AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUUo606XxJY38YCMAjChqDNRcl5cwwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUS2FiYW4gdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI0MjA1NDEy
WhgPMjEyNjEwMzEyMDU0MTJaMB8xHTAbBgNVBAMMFEthYmFuIHRlc3QgYXV0aG9y
aXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEt9pxdLXizv+DCzhmDxADtWD/
V59IgNmAIRFZ/i135OVlojXAWDn32X+xbV71gOhDmyIPQ61xMDkyZOu/1GYb4qNT
MFEwHQYDVR0OBBYEFAERu5BIpv+AQyh2h0Plt+tEVZ4uMB8GA1UdIwQYMBaAFAER
u5BIpv+AQyh2h0Plt+tEVZ4uMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SQAwRgIhAO5pYvPD+6MJbWarpF44FxNymmZMzf1UxASMT5BDcsypAiEAm6WOKroi
eWYTyYSRxHcdjGSRUdzyQS91dKf+LWSVICk=
-----END CERTIFICATE-----
";

    /// A frame with nothing of a certificate in it.
    const EMPTY_FRAME: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    #[test]
    fn an_authority_is_found_before_the_same_in_words() {
        let file = format!("{AUTHORITY}Certificate:\n    Data:\n        Version: 3 (0x2)\n");
        assert_eq!(in_file(file.as_bytes()).len(), 1);
    }

    #[test]
    fn one_odd_file_does_not_cut_off_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let long = AUTHORITY.repeat(FILE_BYTES_MAX as usize / AUTHORITY.len() + 1);
        for (name, text) in [
            ("00673b5b.0", AUTHORITY),
            ("04f60c28.0", EMPTY_FRAME),
            ("0d69c7e1.0", "no certificate"),
            ("10531352.0", &long),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::fs::create_dir(folder.path().join("a folder")).unwrap();
        assert_eq!(in_folder(folder.path()).len(), 1);
        assert!(in_folder(&folder.path().join("nowhere")).is_empty());
    }

    #[test]
    fn a_client_that_believes_what_was_found_can_be_built() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let file = format!("{EMPTY_FRAME}{AUTHORITY}");
        let client = reqwest::Client::builder().tls_certs_only(in_file(file.as_bytes()));
        assert!(client.build().is_ok());
    }

    #[test]
    fn off_android_the_platform_is_asked() {
        assert!(authorities().unwrap().is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(
            before in proptest::collection::vec(any::<u8>(), 0..200),
            cut in 0..AUTHORITY.len(),
        ) {
            let mut bytes = before;
            bytes.extend_from_slice(&AUTHORITY.as_bytes()[cut..]);
            prop_assert!(in_file(&bytes).len() <= 1);
        }
    }
}
