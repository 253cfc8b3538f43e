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
    let mut headers = format!(
        "{path}*\n  Content-Security-Policy: frame-ancestors 'self'\n  X-Content-Type-Options: nosniff\n  \
         Referrer-Policy: no-referrer\n"
    );
    for asked_again in ["", "index.html", "service-worker.js"] {
        headers += &format!("{path}{asked_again}\n  Cache-Control: no-cache\n");
    }
    for kept in ["*.wasm", "*.css", "mqtt5-playground-*.js", "parts-*.js"] {
        headers += &format!("{path}{kept}\n  Cache-Control: public, max-age=31536000, immutable\n");
    }
    let file = folder.join("_headers");
    fs::write(&file, headers).with_context(|| format!("cannot write {}", file.display()))
}

/// What such a host sends with a path, each header with its end of line. `rules` are the text of the file.
pub fn of(rules: &str, path: &str) -> String {
    let mut headers = String::new();
    let mut is_meant = false;
    for line in rules.lines() {
        match line.strip_prefix("  ") {
            Some(header) if is_meant => headers.extend([header, "\r\n"]),
            Some(_) => {}
            None => {
                is_meant = match line.split_once('*') {
                    Some((begin, end)) => {
                        path.strip_prefix(begin).is_some_and(|rest| rest.ends_with(end))
                    }
                    None => path == line,
                }
            }
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_the_headers_of_the_rules_that_mean_it() {
        let rules = "/a/*\n  A: 1\n  B: 2\n/a/\n  C: 3\n/a/*.wasm\n  D: 4\n";
        for (path, expect) in [
            ("/a/", "A: 1\r\nB: 2\r\nC: 3\r\n"),
            ("/a/x.wasm", "A: 1\r\nB: 2\r\nD: 4\r\n"),
            ("/a/x.wasm.js", "A: 1\r\nB: 2\r\n"),
            ("/x.wasm", ""),
        ] {
            assert_eq!(of(rules, path), expect, "{path}");
        }
        assert_eq!(of("", "/a/"), "");
    }

    #[test]
    fn paths_count_from_the_root_of_the_host() {
        for (url, expect) in [("/", "/*"), ("/a/", "/a/*"), ("https://example.org/b/", "/b/*")] {
            let folder = tempfile::tempdir().expect("a folder");
            write(folder.path(), url).expect("it can be written");
            let text = fs::read_to_string(folder.path().join("_headers")).expect("it is there");
            assert!(text.starts_with(&format!("{expect}\n  Content-Security-Policy")), "{text}");
        }
    }

    #[test]
    fn what_carries_a_hash_is_kept_and_what_names_it_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "/a/").expect("it can be written");
        let rules = fs::read_to_string(folder.path().join("_headers")).expect("it is there");
        for (file, expect) in [
            ("", Some("no-cache")),
            ("service-worker.js", Some("no-cache")),
            ("mqtt5-playground-0123456789abcdef.js", Some("public, max-age=31536000, immutable")),
            ("parts-0123456789abcdef.js", Some("public, max-age=31536000, immutable")),
            ("chunk_7-0123456789abcdef.wasm", Some("public, max-age=31536000, immutable")),
            ("words/glossary.ja.txt", None),
        ] {
            let headers = of(&rules, &format!("/a/{file}"));
            let mut said = headers.lines().filter_map(|line| line.strip_prefix("Cache-Control: "));
            assert_eq!((said.next(), said.next()), (expect, None), "{file}");
        }
    }
}
