//! One voice in each language: words that the page, its prose and its documents do not use, each with what
//! to write instead, and the buttons that prose names, which the page must have.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mqtt5_playground::examine::probes;

/// What to avoid in English, and what to write instead. A word begins and ends at a word's border.
const ENGLISH: &[(&str, &str)] = &[
    ("stands", "is, comes, follows, appears (it may stand for something)"),
    ("stand", "be, come, follow, appear (it may stand for something)"),
    ("whoever", "the one that, anyone who"),
    ("foretold", "predicted"),
    ("anew", "again"),
    ("for ever", "permanently, indefinitely"),
    ("all the same", "anyway"),
    ("leave away", "omit"),
    ("left away", "omitted"),
    ("belongs into", "belongs in"),
    ("belong into", "belong in"),
    ("may not", "must not, or might not: beside a standard it is ambiguous"),
    ("lest", "so that … not"),
    ("mend", "repair"),
    ("mended", "repaired"),
    ("mends", "repairs"),
    ("wanted", "needed, expected"),
    ("seldom", "rarely"),
    ("likewise", "too, also"),
    ("PUBLISHs", "PUBLISH packets"),
    ("CONNECTs", "CONNECT packets"),
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("neighbour", "neighbor"),
    ("neighbours", "neighbors"),
    ("recognised", "recognized"),
    ("recognise", "recognize"),
    ("standardised", "standardized"),
    ("authorise", "authorize"),
    ("authorised", "authorized"),
    ("initialised", "initialized"),
    ("organise", "organize"),
    ("realise", "realize"),
    ("256 MB", "256 MiB"),
    ("the form Connect", "the CONNECT tab"),
    ("the form Disconnect", "the DISCONNECT tab"),
    ("the form Publish", "the PUBLISH tab"),
    ("the form Subscribe", "the SUBSCRIBE tab"),
];

/// What to avoid in Japanese, what may stand around it all the same, and what to write instead.
const JAPANESE: &[(&str, &[&str], &str)] = &[
    ("サブスクライブ", &["パブリッシュ／サブスクライブ"], "購読する"),
    ("サブスクリプション", &[], "購読"),
    ("手順", &[], "ステップ（操作なら「操作」）"),
    ("ベンチ", &["ベンチマーク"], "実験台"),
    ("別名", &[], "エイリアス"),
    ("保持メッセージ", &[], "Retainメッセージ"),
    ("保存メッセージ", &[], "Retainメッセージ"),
    ("retainedメッセージ", &[], "Retainメッセージ"),
    ("リクエスト", &["HTTPのリクエスト", "HTTPリクエスト"], "要求"),
    ("レスポンス", &[], "応答"),
    ("レスポンダー", &[], "応答側"),
    ("返事", &[], "応答"),
    ("運用者", &[], "管理者"),
    ("publishする", &[], "送信する"),
    ("publishし", &[], "送信する"),
    ("配られ", &[], "送信され"),
    ("配る", &[], "送る"),
    ("反証", &[], "条件を満たしていません"),
    ("サーバ", &["サーバー"], "サーバー"),
    ("ユーザ", &["ユーザー"], "ユーザー"),
    ("ブラウザ", &["ブラウザー"], "ブラウザー"),
    ("フィルタ", &["フィルター"], "フィルター"),
    ("パラメータ", &["パラメーター"], "パラメーター"),
    ("パブリッシャ", &["パブリッシャー"], "パブリッシャー"),
    ("サブスクライバ", &["サブスクライバー"], "サブスクライバー"),
    ("メモリー", &[], "メモリ"),
    ("ライブラリー", &[], "ライブラリ"),
    ("キャプチャー", &[], "キャプチャ"),
    ("バイナリー", &[], "バイナリ"),
    ("publisher", &[], "パブリッシャー"),
    ("subscriber", &["Nosubscriber", "matchingsubscribers"], "サブスクライバー"),
    ("一通", &["一通り"], "1通"),
    ("一往復", &[], "1往復"),
    ("1つ", &[], "一つ"),
    ("2つ", &[], "二つ"),
    ("3つ", &[], "三つ"),
    ("～", &[], "〜"),
    ("明日からは", &[], "見出しが「明日から」なので、繰り返さない"),
];

/// Names of the standard in which a role is written in capitals.
const NAMES: &[&str] = &[
    "Server Keep Alive",
    "Server Reference",
    "Server unavailable",
    "Server busy",
    "Server moved",
    "Server shutting down",
    "Use another server",
    "Client Identifier",
];

#[test]
fn words_are_those_of_the_house() {
    let wrong: Vec<String> = texts()
        .iter()
        .flat_map(|text| {
            let found = match text.is_japanese {
                true => in_japanese(&text.words),
                // Documents for developers quote the standard.
                false if text.place.starts_with("src/") || text.place.starts_with("locales/") => {
                    [in_english(&text.words), capital_roles(&text.words)].concat()
                }
                false => in_english(&text.words),
            };
            found.into_iter().map(move |what| format!("{}: {what}", text.place))
        })
        .collect();
    report(&wrong);
}

#[test]
fn buttons_in_prose_are_on_the_page() {
    let labels: [Vec<String>; 2] = LANGUAGES.map(labels);
    let wrong: Vec<String> = texts()
        .iter()
        .flat_map(|text| {
            let labels = &labels[usize::from(text.is_japanese)];
            let quoted = match text.is_japanese {
                true => between(&text.quoting, '「', '」'),
                false => emphasized(&text.quoting),
            };
            // What is emphasized need not be a button; these can be nothing else.
            let is_button = |label: &&String| match text.is_japanese {
                true => label.ends_with("を送る"),
                false => label.starts_with("Send ") || OF_OTHER_PAGES.contains(&label.as_str()),
            };
            let missing = |label: &String| {
                // A sentence may begin with it.
                if labels.iter().any(|known| fits(&small_first(known), &small_first(label))) {
                    return None;
                }
                // The page has one that is spelled another way.
                let alike = labels.iter().find(|known| {
                    let literal =
                        known.split('{').map(|it| it.split_once('}').map_or(it, |(_, it)| it));
                    literal.map(|it| it.chars().count()).sum::<usize>() >= 3
                        && fits(&loosely(known), &loosely(label))
                });
                let is_packet = label.chars().all(char::is_uppercase);
                let is_name = label.starts_with(char::is_uppercase) || text.is_japanese;
                match alike.filter(|_| is_name && !is_packet) {
                    Some(known) => {
                        Some(format!("{}: {label:?} is {known:?} on the page", text.place))
                    }
                    None => is_button(&label)
                        .then(|| format!("{}: no button is called {label:?}", text.place)),
                }
            };
            quoted.iter().filter_map(missing).collect::<Vec<_>>()
        })
        .collect();
    report(&wrong);
}

/// Buttons and tabs that other MQTT clients have; here they carry the names of packets.
const OF_OTHER_PAGES: &[&str] = &["Connect", "Disconnect", "Publish", "Subscribe", "Unsubscribe"];

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

const LANGUAGES: [&str; 2] = ["en", "ja"];

/// A line or an interface string.
struct Text {
    place: String,
    is_japanese: bool,
    /// Without code, marks and placeholders, which `x` replaces.
    words: String,
    /// With its marks of emphasis, without code.
    quoting: String,
}

fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    for language in LANGUAGES {
        for (key, value) in strings(language) {
            texts.push(text(format!("locales/{language}.json: {key}"), language == "ja", &value));
        }
    }
    for probe in probes() {
        for [english, japanese] in [probe.title, probe.matters] {
            let place = || format!("src/examine: {}", probe.id);
            texts.push(text(place(), false, english));
            texts.push(text(place(), true, japanese));
        }
    }
    for path in documents() {
        let place = path.strip_prefix("./").unwrap_or(&path).display().to_string();
        let source = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{place}: {e}"));
        let mut in_code = false;
        for (index, line) in source.lines().enumerate() {
            let fence = line.trim_start().starts_with("```");
            in_code ^= fence;
            // A heading of a part is a name for programs, and so are rows that tests write.
            let is_key = line.starts_with("## ") || line.starts_with("### ");
            let is_written = place.starts_with("docs/") && line.starts_with('|');
            if in_code || fence || is_written || (is_key && place.starts_with("src/")) {
                continue;
            }
            let is_japanese = line.chars().any(is_japanese);
            texts.push(text(format!("{place}:{}", index + 1), is_japanese, line));
        }
    }
    texts
}

fn strings(language: &str) -> BTreeMap<String, String> {
    let path = format!("locales/{language}.json");
    let table = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&table).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn documents() -> Vec<PathBuf> {
    let root = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let mut found: Vec<PathBuf> = root.map(PathBuf::from).into();
    for folder in ["src/course", "src/glossary", "docs"] {
        collect(Path::new(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.map(|entry| entry.expect("it is readable").path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "md") {
            found.push(path);
        }
    }
}

fn text(place: String, is_japanese: bool, source: &str) -> Text {
    let quoting = without(source);
    let words = quoting.replace("**", "").replace(['*', '_'], "");
    Text { place, is_japanese, words, quoting }
}

/// Without code, HTML tags, addresses of links, placeholders and the mark at the beginning of a line.
fn without(source: &str) -> String {
    let mut rest = source.trim_start_matches(['#', ' ', '>', '|']);
    rest = rest.strip_prefix("- ").unwrap_or(rest);
    if let Some((number, item)) = rest.split_once(". ") {
        rest = if number.parse::<u32>().is_ok() { item } else { rest };
    }
    let mut out = String::new();
    // `[[?step: text]]` hides a text, `[[name]]` is a figure.
    let text = rest.replace("[[?", "\u{1}").replace("]]", "\u{2}");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let end = match c {
            '`' => '`',
            '<' if chars.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == '/') => {
                '>'
            }
            '{' => '}',
            '\u{1}' => {
                for skipped in chars.by_ref() {
                    if skipped == ':' {
                        break;
                    }
                }
                while chars.next_if_eq(&' ').is_some() {}
                continue;
            }
            '[' if chars.peek() == Some(&'[') => '\u{2}',
            ']' if chars.peek() == Some(&'(') => ')',
            '\u{2}' => continue,
            _ => {
                out.push(c);
                continue;
            }
        };
        let is_shown = matches!(c, '`' | '{' | '[');
        for skipped in chars.by_ref() {
            if skipped == end {
                break;
            }
        }
        if is_shown {
            out.push('x');
        }
    }
    // Cells of a table are texts of their own.
    out.replace(" | ", "\n").trim_end_matches(['|', ' ']).to_owned()
}

fn in_english(words: &str) -> Vec<String> {
    let lower = words.to_lowercase();
    let mut found = Vec::new();
    for (word, instead) in ENGLISH {
        let (words, wanted) = match word.chars().any(char::is_uppercase) {
            true => (words, (*word).to_owned()),
            false => (&*lower, word.to_lowercase()),
        };
        for (at, _) in words.match_indices(&wanted) {
            let (before, after) = (&words[..at], &words[at + wanted.len()..]);
            let stands_for = wanted.starts_with("stand") && after.starts_with(" for");
            if is_border(before, after) && !stands_for {
                found.push(format!("{word:?}: {instead}"));
            }
        }
    }
    for (at, verb) in [" is no ", " are no ", " was no "]
        .iter()
        .flat_map(|verb| lower.match_indices(verb).map(move |(at, _)| (at, *verb)))
    {
        let (before, after) = (&lower[..at], &lower[at + verb.len()..]);
        let is_there = before.ends_with("there") || before.is_empty();
        let compares = ["longer", "more", "less", "fewer", "other", "one"]
            .iter()
            .any(|word| after.starts_with(word));
        if !is_there && !compares {
            found.push(format!("{:?}: is not a", verb.trim()));
        }
    }
    if words.contains("x %") {
        found.push("\"{percent} %\": no space".to_owned());
    }
    found.extend(spaced_number(words));
    found
}

/// `Server` and `Client` within a sentence, which the standard writes so and the page does not.
fn capital_roles(words: &str) -> Vec<String> {
    let mut found = Vec::new();
    let named = NAMES.iter().fold(words.to_owned(), |text, name| text.replace(name, ""));
    for role in ["Server", "Client"] {
        for (at, _) in named.match_indices(role) {
            let (before, after) = (&named[..at], &named[at + role.len()..]);
            let before = before.strip_suffix("A ").unwrap_or(before);
            let is_within = before.ends_with(' ')
                && before.trim_end().ends_with(|c: char| c.is_ascii_lowercase() || c == ',');
            let is_article = before.len() < at;
            if is_border(before, after) && (is_within || is_article) {
                found.push(format!("{role}: a role is written small"));
            }
        }
    }
    found
}

fn is_border(before: &str, after: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '-';
    !before.ends_with(is_letter) && !after.starts_with(is_letter)
}

fn in_japanese(words: &str) -> Vec<String> {
    let mut found = Vec::new();
    let dense = words.replace(' ', "");
    for (word, allowed, instead) in JAPANESE {
        let text = allowed.iter().fold(dense.clone(), |text, it| text.replace(it, ""));
        if text.contains(word) {
            found.push(format!("{word}：{instead}"));
        }
    }
    let named = NAMES.iter().fold(words.to_owned(), |text, name| text.replace(name, ""));
    for (role, instead) in [("Server", "サーバー"), ("Client", "クライアント")] {
        if named.match_indices(role).any(|(at, _)| {
            is_border(&named[..at].replace(is_japanese, " "), {
                let after = &named[at + role.len()..];
                if after.starts_with(is_japanese) { " " } else { after }
            })
        }) {
            found.push(format!("{role}：{instead}"));
        }
    }
    for line in words.lines() {
        let chars: Vec<char> = line.chars().collect();
        for triple in chars.windows(3) {
            let &[left, middle, right] = triple else { continue };
            let latin = |c: char| c.is_ascii_alphanumeric();
            let touches =
                (is_japanese(left) && latin(right)) || (latin(left) && is_japanese(right));
            if middle == ' ' && touches {
                found.push(format!("{left} {right}：空白を入れない"));
            }
        }
        for pair in chars.windows(2) {
            let &[left, right] = pair else { continue };
            let half = |c: char| matches!(c, '(' | ')' | ':');
            if (is_japanese(left) && half(right)) || (half(left) && is_japanese(right)) {
                found.push(format!("{left}{right}：全角の（ ）と：を使う"));
            }
        }
    }
    found.extend(spaced_number(words));
    found
}

/// `65 535`, which is written `65,535`.
fn spaced_number(words: &str) -> Option<String> {
    let chars: Vec<char> = words.chars().collect();
    chars.windows(5).enumerate().find_map(|(at, window)| {
        let is_group = window[2..].iter().all(char::is_ascii_digit);
        let is_last = !chars.get(at + 5).is_some_and(char::is_ascii_alphanumeric);
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let is_number = window[0].is_ascii_digit()
            && !before.is_some_and(|c| c.is_ascii_alphabetic() || *c == '.');
        let is_gap = matches!(window[1], ' ' | '\u{A0}' | '\u{202F}');
        let number: String = window.iter().collect();
        (is_number && is_gap && is_group && is_last).then(|| format!("{number:?}: 1,000"))
    })
}

/// Japanese letters and full-width marks.
fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}')
}

/// Every interface string and every label of a button in the course.
fn labels(language: &str) -> Vec<String> {
    let mut labels: Vec<String> = strings(language).into_values().collect();
    let end = format!(".{language}.md");
    for path in documents() {
        if !path.to_string_lossy().ends_with(&end) {
            continue;
        }
        let source = fs::read_to_string(&path).expect("it is readable");
        for part in source.split("### control").skip(1) {
            labels.extend(part.trim_start().lines().next().map(str::to_owned));
        }
    }
    labels
}

/// Whether a label is that of a string whose placeholders hold something.
fn fits(known: &str, label: &str) -> bool {
    let mut parts = known.split('{').map(|part| part.split_once('}').map_or(part, |(_, it)| it));
    let Some(mut rest) = parts.next().and_then(|first| label.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        let held = rest.chars().next().map_or(0, char::len_utf8);
        let Some(at) = rest[held..].find(part).filter(|_| held > 0) else { return false };
        rest = &rest[held + at + part.len()..];
        last = Some(part);
    }
    rest.is_empty() || last == Some("")
}

fn small_first(label: &str) -> String {
    let mut chars = label.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Without spaces, and in small letters.
fn loosely(label: &str) -> String {
    label.replace(' ', "").to_lowercase()
}

fn between(text: &str, open: char, close: char) -> Vec<String> {
    text.split(open)
        .skip(1)
        .filter_map(|rest| rest.split_once(close).map(|(inside, _)| inside.to_owned()))
        .collect()
}

/// `*Send*` and `**Send**`.
fn emphasized(text: &str) -> Vec<String> {
    let text = text.replace("**", "*");
    text.split('*').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn rules_find_what_they_are_for() {
    for (words, expect) in [
        ("The code stands here.", 1),
        ("An alias stands for a topic; you understand it.", 0),
        ("This is no Topic Filter, and there is no other.", 1),
        ("It is no longer there.", 0),
        ("AUTH may not be sent, nor May Not.", 2),
        ("up to 65 535 bytes", 1),
        ("20 03 00 00 00 and 65,535", 0),
        ("3.1.1 100", 0),
    ] {
        assert_eq!(in_english(words).len(), expect, "{words}: {:?}", in_english(words));
    }
    let roles = capital_roles("A Server tells the Client its Server Keep Alive. Server busy.");
    assert_eq!(roles.len(), 2, "{roles:?}");
    for (words, expect) in [
        ("MQTT 5.0 を使う", 1),
        ("サーバーがClient Identifierを割り当てる", 0),
        ("Serverが割り当てる", 1),
        ("サーバが(0x84)を返す: 終わり", 4),
        ("QoS 1（65,535まで）：1通", 0),
        ("購読を一通り試す", 0),
    ] {
        assert_eq!(in_japanese(words).len(), expect, "{words}: {:?}", in_japanese(words));
    }
    for (known, label, expect) in [
        ("Send {packet}", "Send CONNECT", true),
        ("Send {packet}", "Send ", false),
        ("{packet}を送る", "CONNECTを送る", true),
        ("{role}の回線を切る", "の回線を切る", false),
        ("Policy", "Policy", true),
    ] {
        assert_eq!(fits(known, label), expect, "{label} as {known}");
    }
    let words = without("- **[[?ask: 見る]]** `a b` [節](docs/x.md) [[size]]バイト<br>{n}");
    assert_eq!(words, "**見る** x [節 xバイトx");
}
