//! What hosts that read a file `_headers` should say with the page: Netlify, Cloudflare Pages and others do.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Files whose names carry a hash of their content may be kept for ever; those that name them may not.
pub fn write(folder: &Path, public_url: &str) -> Result<()> {
    // The file counts from the root of the host.
    let path = match public_url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => public_url,
    };
    let headers = format!(
        "{path}*\n  Content-Security-Policy: frame-ancestors 'self'\n  X-Content-Type-Options: nosniff\n  \
         Referrer-Policy: no-referrer\n{path}\n  Cache-Control: no-cache\n{path}index.html\n  \
         Cache-Control: no-cache\n{path}service-worker.js\n  Cache-Control: no-cache\n{path}*.wasm\n  \
         Cache-Control: public, max-age=31536000, immutable\n{path}*.css\n  \
         Cache-Control: public, max-age=31536000, immutable\n"
    );
    let file = folder.join("_headers");
    fs::write(&file, headers).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_count_from_the_root_of_the_host() {
        for (url, expect) in [("/", "/*"), ("/a/", "/a/*"), ("https://example.org/b/", "/b/*")] {
            let folder = tempfile::tempdir().expect("a folder");
            write(folder.path(), url).expect("it can be written");
            let text = fs::read_to_string(folder.path().join("_headers")).expect("it is there");
            assert!(text.starts_with(&format!("{expect}\n  Content-Security-Policy")), "{text}");
        }
    }
}
