//! What the built page may load and run, written into the document: only what comes from its own host, and of scripts
//! and styles within the document only those that `cargo xtask dist` has put there. Text that got into the page in
//! spite of everything could run nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Puts it in front of everything else, since it binds only what comes behind it.
pub fn put_into(folder: &Path) -> Result<()> {
    let index = folder.join("index.html");
    let page =
        fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    fs::write(&index, with_policy(&page)?)
        .with_context(|| format!("cannot write {}", index.display()))
}

fn with_policy(page: &str) -> Result<String> {
    let charset = "<meta charset=\"utf-8\">";
    let (before, after) = page.split_once(charset).context("the page names no charset first")?;
    let policy = policy(page)?;
    Ok(format!(
        "{before}{charset}\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{after}"
    ))
}

/// WebSockets lead to any broker that a learner names. http: and https: are for the question whether anything
/// answers at such an address after a WebSocket to it has failed.
fn policy(page: &str) -> Result<String> {
    let scripts = sources(page, "script")?;
    let styles = sources(page, "style")?;
    Ok([
        "default-src 'none'".to_owned(),
        format!("script-src 'self' 'wasm-unsafe-eval'{scripts}"),
        format!("style-src 'self'{styles}"),
        "img-src 'self' data:".to_owned(),
        "connect-src 'self' ws: wss: http: https:".to_owned(),
        "manifest-src 'self'".to_owned(),
        "worker-src 'self'".to_owned(),
        "base-uri 'self'".to_owned(),
        "form-action 'none'".to_owned(),
    ]
    .join("; "))
}

/// The hashes of what stands between the tags of that name.
fn sources(page: &str, tag: &str) -> Result<String> {
    let mut sources = String::new();
    for part in page.split(&format!("<{tag}")).skip(1) {
        let (_, rest) = part.split_once('>').with_context(|| format!("a <{tag}> does not end"))?;
        let (content, _) = rest
            .split_once(&format!("</{tag}>"))
            .with_context(|| format!("a <{tag}> is not closed"))?;
        let hash = STANDARD.encode(Sha256::digest(content));
        sources.push_str(&format!(" 'sha256-{hash}'"));
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_what_stands_in_the_page() {
        let page = "<meta charset=\"utf-8\">\n<style>a {}</style><script type=\"module\">alert(1)</script>";
        let page = with_policy(page).expect("it fits");
        // The hash of `alert(1)` as browsers print it.
        let script = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        assert!(
            page.contains(&format!("script-src 'self' 'wasm-unsafe-eval' {script};")),
            "{page}"
        );
        assert!(page.contains("style-src 'self' 'sha256-"), "{page}");
        assert!(!page.contains("unsafe-inline") && !page.contains("'unsafe-eval'"), "{page}");
        let policy = page.find("Content-Security-Policy").expect("it is there");
        assert!(policy < page.find("<style").expect("still there"), "{page}");
    }
}
