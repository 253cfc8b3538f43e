//! Markdown as the authors of exercises write it, to sections and HTML.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, html};

/// A heading with the text under it and its subsections.
pub struct Section {
    pub heading: String,
    pub body: String,
    pub children: Vec<Section>,
}

impl Section {
    fn new(heading: &str) -> Section {
        Section { heading: heading.trim().to_owned(), body: String::new(), children: Vec::new() }
    }

    /// Reads `# title`, `## section`, `### part`; code blocks may hold lines that begin with `#`.
    pub fn parse(text: &str, path: &Path) -> Section {
        let mut page: Option<Section> = None;
        let mut in_code = false;
        for line in text.lines() {
            in_code ^= line.trim_start().starts_with("```");
            let heading = |mark: &str| line.strip_prefix(mark).filter(|_| !in_code);
            if let Some(title) = heading("# ") {
                page = Some(Section::new(title));
                continue;
            }
            let page = page
                .as_mut()
                .unwrap_or_else(|| panic!("{}: must begin with a title", path.display()));
            if let Some(title) = heading("## ") {
                page.children.push(Section::new(title));
            } else if let Some(title) = heading("### ") {
                let section = page.children.last_mut();
                let section = section.unwrap_or_else(|| {
                    panic!("{}: ### {title} stands outside a section", path.display())
                });
                section.children.push(Section::new(title));
            } else {
                let mut innermost = page;
                while !innermost.children.is_empty() {
                    innermost = innermost.children.last_mut().expect("it is not empty");
                }
                innermost.body.push_str(line);
                innermost.body.push('\n');
            }
        }
        page.unwrap_or_else(|| panic!("{}: is empty", path.display()))
    }
}

/// Text, and the list in it: a question as inline HTML with the answers offered.
pub fn question_and_answers(body: &str) -> (String, Vec<String>) {
    let (answers, text): (Vec<&str>, Vec<&str>) =
        body.lines().partition(|line| line.starts_with("- "));
    let question = inline_html(text.join("\n").trim());
    (question, answers.iter().map(|answer| inline_html(&answer[2..])).collect())
}

pub fn first_paragraph(body: &str) -> (&str, &str) {
    let body = body.trim();
    body.split_once("\n\n").unwrap_or((body, ""))
}

pub fn to_html(markdown: &str) -> String {
    let mut out = String::new();
    let markdown = join_japanese(markdown);
    let events = Parser::new_ext(&markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Text(text) if text.contains(' ') => Event::Text(keep_together(&text).into()),
        Event::Code(code) if is_topic(&code) => Event::InlineHtml(topic(&code).into()),
        Event::Code(code) if is_few_bytes(&code) => {
            Event::InlineHtml(whole(&format!("<code>{code}</code>")).into())
        }
        event => event,
    });
    html::push_html(&mut out, events);
    // The head of nothing is no head: a corner of a table is an ordinary cell.
    whole_statements(&out.trim().replace("<th></th>", "<td></td>"))
}

/// Up to six bytes in hexadecimal, which fit a column of a table.
fn is_few_bytes(code: &str) -> bool {
    let is_byte = |word: &str| word.len() == 2 && word.bytes().all(|b| b.is_ascii_hexdigit());
    (2..=6).contains(&code.split(' ').count()) && code.split(' ').all(is_byte)
}

/// No line ends inside.
fn whole(html: &str) -> String {
    format!("<span class=\"whole\">{html}</span>")
}

/// No line ends at the hyphens of a statement's number, `[MQTT-3.3.2-17]`.
fn whole_statements(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("[MQTT-") {
        let Some((number, after)) = after.split_once(']') else { break };
        out.push_str(before);
        out.push_str(&whole(&format!("[MQTT-{number}]")));
        rest = after;
    }
    out + rest
}

fn is_topic(code: &str) -> bool {
    code.contains('/') && !code.contains(' ')
}

/// A line may end after a level of a topic, and nowhere else: not at the hyphen of `robot-07`. A short one
/// stays on one line.
fn topic(code: &str) -> String {
    let levels = code.replace('&', "&amp;").replace('<', "&lt;");
    let levels = match code.chars().count() {
        ..=SHORT_TOPIC => levels,
        _ => levels.replace('/', "/<wbr>"),
    };
    format!("<code class=\"topic\">{levels}</code>")
}

const SHORT_TOPIC: usize = 10;

/// No line ends between `QoS` and its number, nor between a number and its unit.
fn keep_together(text: &str) -> String {
    let mut text = text.to_owned();
    for qos in ["QoS 0", "QoS 1", "QoS 2"] {
        text = text.replace(qos, &qos.replace(' ', "\u{A0}"));
    }
    let mut out = String::new();
    for part in text.split_inclusive(' ') {
        let is_unit = UNITS.contains(&part.trim_end_matches(|c: char| !c.is_ascii_alphabetic()));
        if is_unit && out.trim_end().ends_with(|c: char| c.is_ascii_digit()) && out.ends_with(' ') {
            out.pop();
            out.push('\u{A0}');
        }
        out.push_str(part);
    }
    out
}

const UNITS: [&str; 8] = ["s", "ms", "min", "h", "B", "KB", "KiB", "MiB"];

/// A paragraph without its `<p>`.
pub fn inline_html(markdown: &str) -> String {
    let html = to_html(markdown);
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    inner.unwrap_or(&html).to_owned()
}

/// A line break in the source reads as a space between words; between Japanese characters it would be
/// a hole, so it goes.
fn join_japanese(markdown: &str) -> String {
    let is_japanese = |c: char| ('\u{2E80}'..='\u{9FFF}').contains(&c) || c >= '\u{FF00}';
    let mut out = String::new();
    for line in markdown.lines() {
        let joins = out.ends_with(is_japanese) && line.starts_with(is_japanese);
        if !joins && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_the_levels_of_a_topic() {
        for (markdown, html) in [
            ("`plant/b-1/#`", "<code class=\"topic\">plant/<wbr>b-1/<wbr>#</code>"),
            ("`a/b-1/#`", "<code class=\"topic\">a/b-1/#</code>"),
            ("`$share/<group>/a`", "<code class=\"topic\">$share/<wbr>&lt;group>/<wbr>a</code>"),
            ("`a b/c`", "<code>a b/c</code>"),
        ] {
            assert_eq!(inline_html(markdown), html);
        }
    }

    #[test]
    fn what_is_read_as_one_stays_on_one_line() {
        for (markdown, html) in [
            ("`20 02`", "<span class=\"whole\"><code>20 02</code></span>"),
            (
                "`20`, `a b` and `01 02 03 04 05 06 07`",
                "<code>20</code>, <code>a b</code> and <code>01 02 03 04 05 06 07</code>",
            ),
            ("so [MQTT-3.3.2-17] it is", "so <span class=\"whole\">[MQTT-3.3.2-17]</span> it is"),
            (
                "QoS 1, 300 s, 41 B instead of 1 MiB.",
                "QoS\u{A0}1, 300\u{A0}s, 41\u{A0}B instead of 1\u{A0}MiB.",
            ),
            ("client 7 sends 12 bytes, B the 3", "client 7 sends 12 bytes, B the 3"),
        ] {
            assert_eq!(inline_html(markdown), html);
        }
    }
}
