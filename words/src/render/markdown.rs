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
        Event::Text(text) if text.contains("QoS ") => Event::Text(keep_together(&text).into()),
        Event::Code(code) if is_topic(&code) => Event::InlineHtml(topic(&code).into()),
        event => event,
    });
    html::push_html(&mut out, events);
    // The head of nothing is no head: a corner of a table is an ordinary cell.
    out.trim().replace("<th></th>", "<td></td>")
}

fn is_topic(code: &str) -> bool {
    code.contains('/') && !code.contains(' ')
}

/// A line may end after a level of a topic, and nowhere else: not at the hyphen of `robot-07`.
fn topic(code: &str) -> String {
    let levels = code.replace('&', "&amp;").replace('<', "&lt;").replace('/', "/<wbr>");
    format!("<code class=\"topic\">{levels}</code>")
}

/// No line ends between `QoS` and its number.
fn keep_together(text: &str) -> String {
    let mut text = text.to_owned();
    for qos in ["QoS 0", "QoS 1", "QoS 2"] {
        text = text.replace(qos, &qos.replace(' ', "\u{A0}"));
    }
    text
}

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
            ("`a/b-1/#`", "<code class=\"topic\">a/<wbr>b-1/<wbr>#</code>"),
            ("`$share/<group>/a`", "<code class=\"topic\">$share/<wbr>&lt;group>/<wbr>a</code>"),
            ("`20 02` and `a b/c`", "<code>20 02</code> and <code>a b/c</code>"),
        ] {
            assert_eq!(inline_html(markdown), html);
        }
    }
}
