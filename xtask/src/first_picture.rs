//! The first picture: the header and the top of the home page, in the document itself, so that it is
//! painted before any program has arrived. Its words are those of the interface, in both languages; a
//! script shows the reader's. The program takes it away once its own picture is there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use playground_words::{LANGUAGES, Words};

use crate::style::squeezed;
use crate::tools;

/// As `src/ui/app/shell.rs`, `src/ui/app/header.rs` and `src/ui/pages/home.rs` draw it for somebody who
/// is new; an end-to-end test holds that it is the same. `{key}` is a text, `{icon:name:classes}` an icon.
const PICTURE: &str = include_str!("first_picture/picture.html");
const STYLE: &str = include_str!("first_picture/picture.css");
/// Runs in front of everything, the other one behind the picture.
const GUESS: &str = include_str!("first_picture/guess.js");
const READER: &str = include_str!("first_picture/picture.js");

/// Puts it into the page, with a script that has the first words under way before the program is.
pub fn put_into(folder: &Path, words: &Words) -> Result<()> {
    let index = folder.join("index.html");
    let page =
        fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let icons = tools::root().join("style/icons.svg");
    let icons =
        fs::read_to_string(&icons).with_context(|| format!("cannot read {}", icons.display()))?;
    let page = with_picture(&page, words, &icons)?;
    fs::write(&index, page).with_context(|| format!("cannot write {}", index.display()))
}

fn with_picture(page: &str, words: &Words, icons: &str) -> Result<String> {
    // Behind the element that says what addresses are relative to.
    let (start, rest) = page.split_once("<base ").context("the page has no <base>")?;
    let (base, rest) = rest.split_once('>').context("<base> does not end")?;
    let (head, body) = rest.split_once("<body>").context("the page has no <body>")?;
    let head = head.trim_end().strip_suffix("</head>").context("the head does not end")?;
    let guess = GUESS
        .replace("VERSION", &words.version)
        .replace("CHAPTERS", &exercises_of_chapters(words))
        .replace("LATER", later_styles(page)?);
    let guess = squeezed_script(&guess);
    let style = squeezed(STYLE);
    let pictures: Vec<String> = (0..LANGUAGES.len())
        .map(|language| {
            let picture = picture(words, language)?;
            Ok(format!("<div lang=\"{}\">\n{picture}</div>\n", LANGUAGES[language]))
        })
        .collect::<Result<_>>()?;
    let sprite = sprite(icons, &pictures[0])?;
    let reader = squeezed_script(READER);
    Ok(format!(
        "{start}<base {base}>\n<script>\n{guess}</script>{head}<style>\n{style}</style>\n</head>\n\
         <body>\n<div id=\"first\">\n{sprite}{}</div>\n<script>\n{reader}</script>{body}",
        pictures.concat()
    ))
}

/// The exercises of each chapter, as a script reads them.
fn exercises_of_chapters(words: &Words) -> String {
    let of_chapter =
        |(id, exercises): (&String, &Vec<String>)| (id.clone(), exercises.join(" ").into());
    let all = words.chapters.iter().zip(&words.exercises).map(of_chapter).collect();
    serde_json::Value::Object(all).to_string()
}

/// Where the stylesheets are that the page applies later.
fn later_styles(page: &str) -> Result<&str> {
    let link = page.split_once("<link id=\"later\" ").context("the page has no later styles")?.1;
    let address = link.split_once("href=\"").and_then(|(_, rest)| rest.split_once('"'));
    Ok(address.context("the later styles have no address")?.0)
}

/// The picture in the language with that number.
fn picture(words: &Words, language: usize) -> Result<String> {
    let texts = &words.interface[language];
    let other = LANGUAGES[1 - language];
    let text = |key: &str| -> Result<String> {
        let text = texts.get(key).with_context(|| format!("there is no text {key}"))?;
        Ok(escaped(text))
    };
    let mut picture = String::new();
    let mut parts = PICTURE.split('{');
    picture.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, after) = part.split_once('}').context("a brace is not closed")?;
        picture.push_str(&match name {
            "lang" => LANGUAGES[language].to_owned(),
            "other" => other.to_owned(),
            "other_name" => playground_words::LANGUAGE_NAMES[1 - language].to_owned(),
            "other_short" => short_name(other).to_owned(),
            "home_to" => text("home_to")?.replace("{broker}", &text("broker_in_tab")?),
            _ => match name.strip_prefix("icon:") {
                Some(icon) => {
                    let (icon, classes) = icon.split_once(':').unwrap_or((icon, ""));
                    let class = format!("icon {classes}");
                    format!(
                        "<svg class=\"{}\" aria-hidden=\"true\"><use href=\"#icon-{icon}\"></use></svg>",
                        class.trim_end()
                    )
                }
                None => text(name)?,
            },
        });
        picture.push_str(after);
    }
    if picture.contains('{') {
        bail!("a text of the first picture has a placeholder that is not filled: {picture}");
    }
    Ok(picture)
}

/// The language's name where there is little room, as the header of the page has it.
fn short_name(tag: &str) -> &'static str {
    match tag {
        "en" => "EN",
        _ => "日本語",
    }
}

/// Of all icons those that the picture shows.
fn sprite(icons: &str, picture: &str) -> Result<String> {
    let mut sprite = String::from("<svg hidden>");
    for line in icons.lines().map(str::trim) {
        let name = line.strip_prefix("<symbol id=\"").and_then(|rest| rest.split('"').next());
        if name.is_some_and(|name| picture.contains(&format!("\"#{name}\""))) {
            sprite.push_str(line);
        }
    }
    for name in picture.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        if !sprite.contains(&format!("id=\"{name}\"")) {
            bail!("there is no icon {name} on a line of its own");
        }
    }
    Ok(sprite + "</svg>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Without lines that only comment, and without indentation.
pub fn squeezed_script(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_there_in_both_languages() {
        let words = Words::render(tools::root());
        let icons = fs::read_to_string(tools::root().join("style/icons.svg")).expect("the icons");
        let later = "<link id=\"later\" rel=\"stylesheet\" disabled href=\"/later-0.css\">";
        let page = format!(
            "<head><base href=\"/\">{later}</head>\n<body>\n<div id=\"loading\"></div></body>"
        );
        let page = with_picture(&page, &words, &icons).expect("it fits");
        for texts in &words.interface {
            for key in ["home_lead", "home_begin", "home_connect", "page_bench"] {
                assert!(page.contains(&escaped(&texts[key])), "{key}");
            }
        }
        assert!(page.contains(&format!("?{}`", words.version)), "{page}");
        assert!(page.contains("\"style\", \"/later-0.css\""), "{page}");
        let connect = page.split_once("\"connect\":\"").and_then(|(_, rest)| rest.split_once('"'));
        let exercises = connect.expect("the chapter is there").0;
        assert!(exercises.split(' ').any(|id| id == "first-connect"), "{exercises}");
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
        assert!(at("<base ") < at("preload") && at("preload") < at("id=\"first\""));
        assert!(at("id=\"first\"") < at("id=\"loading\""));
        assert_eq!(page.matches("id=\"icon-play\"").count(), 1);
    }
}
