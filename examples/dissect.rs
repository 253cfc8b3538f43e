//! Opens MQTT packets to their bits, and puts them together again.
//!
//! ```text
//! $ echo 'client 30 05 0001 61 00 68' | cargo run --quiet --example dissect
//! {"ok":true,"packet":{"type":"publish",…},"fields":[{"name":…,"start":0,"end":1,…},…]}
//! $ echo '{"type":"pingreq"}' | cargo run --quiet --example dissect -- --encode
//! c000
//! ```
//!
//! Reads one packet in hexadecimal per line, optionally behind `client ` or `server ` (who sent it), and
//! before that `3.1.1 ` or `3.1 ` (its version, otherwise 5.0). Answers each line with one line of JSON. With
//! `--encode` it is the other way round, for 5.0: the `packet` of such an answer goes in, hexadecimal comes
//! out, and a packet that breaks a rule is answered with the error.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use mqtt5_playground::formats::json::{dissect_line, encode_line};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => answer_lines(|line| dissect_line(line).to_string()),
        ["--encode"] => answer_lines(|line| encode_line(line).unwrap_or_else(|e| e.to_string())),
        _ => {
            eprintln!("usage: dissect [--encode] <LINES");
            return ExitCode::from(2);
        }
    };
    match outcome {
        // Whoever reads the answers may stop early, as `head` does.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("dissect: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Answers line by line and at once, so that a program can hold a conversation.
fn answer_lines(answer: impl Fn(&str) -> String) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        writeln!(output, "{}", answer(text.trim_end_matches(['\n', '\r'])))?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}
