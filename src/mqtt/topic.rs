//! Topic Names and Topic Filters (§4.7), Shared Subscriptions (§4.8.2).

use super::error::ErrorKind;
use super::text::{Found, at_each_wildcard};
use super::version::Version;

/// Checks that a Topic Name is not empty and has no wildcards (§4.7.3, §4.7.1).
///
/// # Errors
///
/// The offset in bytes, from the start of `topic`, of the character that breaks the rule, and the rule.
pub fn check_topic_name(topic: &str) -> Result<(), Broken> {
    check_topic_name_as(topic, Found::within(topic.as_bytes()))
}

/// The offset of what breaks a rule, from the start of the text, and the rule.
pub(super) type Broken = (usize, ErrorKind);

/// The same where it is known what has been found in it.
#[inline(always)]
pub(super) fn check_topic_name_as(topic: &str, found: Found) -> Result<(), Broken> {
    if topic.is_empty() {
        return Err((0, ErrorKind::TopicNameEmpty));
    }
    match found.wildcard {
        false => Ok(()),
        true => Err(wildcard_in_name(topic)),
    }
}

#[cold]
fn wildcard_in_name(topic: &str) -> Broken {
    let offset = topic.find(['#', '+']).unwrap_or_default();
    (offset, ErrorKind::TopicNameWildcard)
}

/// Checks where a Topic Filter has wildcards (§4.7.1), and the ShareName of a shared one (§4.8.2).
///
/// # Errors
///
/// The offset in bytes, from the start of `filter`, of the character that breaks the rule, and the rule. An
/// offset equal to the length means that something is missing at the end.
///
/// ```
/// use mqtt5_playground::mqtt::{ErrorKind, check_topic_filter};
///
/// assert_eq!(check_topic_filter("$share/workers/plant/#"), Ok(()));
/// assert_eq!(check_topic_filter("plant/#/x"), Err((6, ErrorKind::MultiLevelWildcard)));
/// ```
pub fn check_topic_filter(filter: &str) -> Result<(), Broken> {
    check_topic_filter_as(filter, Found::within(filter.as_bytes()), Version::V5)
}

/// The same in any version, where it is known what has been found in it. Before 5.0 no filter is shared, so that
/// `$share` is a level like others.
pub(super) fn check_topic_filter_as(
    filter: &str,
    found: Found,
    version: Version,
) -> Result<(), Broken> {
    if version.is_5()
        && filter.starts_with('$')
        && let Some(rest) = filter.strip_prefix(SHARE_PREFIX)
    {
        return check_shared_filter(filter, rest);
    }
    check_plain_filter(filter, found)
}

fn check_shared_filter(filter: &str, rest: &str) -> Result<(), Broken> {
    let (name, inner) = match rest.split_once('/') {
        Some((name, inner)) => (name, Some(inner)),
        None => (rest, None),
    };
    if name.is_empty() {
        return Err((SHARE_PREFIX.len(), ErrorKind::ShareNameEmpty));
    }
    if let Some(offset) = name.find(['#', '+']) {
        return Err((SHARE_PREFIX.len() + offset, ErrorKind::ShareNameWildcard));
    }
    match inner {
        None | Some("") => Err((filter.len(), ErrorKind::ShareWithoutFilter)),
        Some(inner) => check_plain_filter(inner, Found::within(inner.as_bytes()))
            .map_err(|(offset, kind)| (filter.len() - inner.len() + offset, kind)),
    }
}

/// The name that makes several Sessions share one subscription (§4.8.2).
pub type ShareName<'a> = &'a str;

/// Splits `$share/{ShareName}/{filter}`; `None` for a filter that is not shared or is ill-formed.
pub fn split_shared(filter: &str) -> Option<(ShareName<'_>, &str)> {
    let (name, inner) = filter.strip_prefix(SHARE_PREFIX)?.split_once('/')?;
    (!name.is_empty() && !inner.is_empty()).then_some((name, inner))
}

/// The filter that Topic Names are matched with: `filter` without a leading `$share/{ShareName}/`.
pub fn without_share_name(filter: &str) -> &str {
    split_shared(filter).map_or(filter, |(_, inner)| inner)
}

/// Whether the filter's first level is a wildcard; such a filter matches no topic that begins with `$`
/// [MQTT-4.7.2-1].
pub fn starts_with_wildcard(filter: &str) -> bool {
    filter.starts_with(['#', '+'])
}

/// Whether a Topic Filter (without `$share/…/`) matches a Topic Name. Compares character by character,
/// without normalization [MQTT-4.7.3-4]. Both should have passed their check; otherwise the result means
/// nothing.
///
/// ```
/// use mqtt5_playground::mqtt::matches;
///
/// assert!(matches("plant/+/temperature", "plant/oven/temperature"));
/// assert!(matches("plant/#", "plant"), "`#` covers the level above it too (§4.7.1.2)");
/// assert!(!matches("#", "$SYS/uptime"), "[MQTT-4.7.2-1]");
/// ```
pub fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && starts_with_wildcard(filter) {
        return false;
    }
    let mut levels = topic.split('/');
    for part in filter.split('/') {
        match (part, levels.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (part, Some(level)) if part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

fn check_plain_filter(filter: &str, found: Found) -> Result<(), Broken> {
    if filter.is_empty() {
        return Err((0, ErrorKind::TopicFilterEmpty));
    }
    match !found.wildcard || has_wildcards_in_place(filter.as_bytes()) {
        true => Ok(()),
        false => misplaced_wildcard(filter),
    }
}

/// Whether every wildcard is a whole level, and `#` the last: what [`misplaced_wildcard`] looks for level by level. Almost
/// every filter keeps the rule, and a SUBSCRIBE is decoded in less than half the time.
fn has_wildcards_in_place(filter: &[u8]) -> bool {
    at_each_wildcard(filter, |at| {
        let begins_level = at == 0 || filter[at - 1] == b'/';
        let ends_level = match filter.get(at + 1) {
            None => true,
            Some(&after) => filter[at] == b'+' && after == b'/',
        };
        begins_level && ends_level
    })
}

/// The first level with a wildcard out of place.
#[cold]
fn misplaced_wildcard(filter: &str) -> Result<(), Broken> {
    let mut start = 0;
    for level in filter.split('/') {
        let end = start + level.len();
        if let Some(offset) = level.find('#')
            && (level.len() > 1 || end < filter.len())
        {
            return Err((start + offset, ErrorKind::MultiLevelWildcard));
        }
        if let Some(offset) = level.find('+')
            && level.len() > 1
        {
            return Err((start + offset, ErrorKind::SingleLevelWildcard));
        }
        start = end + 1;
    }
    Ok(())
}

const SHARE_PREFIX: &str = "$share/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_in_place_exactly_where_none_is_misplaced() {
        let mut filters = vec![String::new()];
        for _ in 0..6 {
            let longer =
                |filter: &String| ["a", "/", "+", "#"].map(|next| format!("{filter}{next}"));
            filters = filters.iter().flat_map(longer).collect();
            for filter in &filters {
                let is_kept = misplaced_wildcard(filter).is_ok();
                assert_eq!(has_wildcards_in_place(filter.as_bytes()), is_kept, "{filter}");
            }
        }
    }

    #[test]
    fn filters_match_level_by_level() {
        for (filter, topic, expect) in [
            ("sport/tennis", "sport/tennis", true),
            ("sport/tennis", "sport/Tennis", false), // case matters (§4.7.3)
            ("sport/tennis", "sport/tennis/1", false),
            ("sport/tennis/1", "sport/tennis", false),
            ("sport/#", "sport/tennis/1", true),
            ("sport/#", "sport", true), // `#` covers the parent level too (§4.7.1.2)
            ("sport/#", "sports", false),
            ("#", "a/b/c", true),
            ("#", "/", true),
            ("+", "finance", true),
            ("+", "/finance", false), // a leading slash makes an empty first level
            ("/+", "/finance", true),
            ("+/+", "/finance", true),
            ("sport/+", "sport", false),
            ("sport/+", "sport/", true), // an empty level is a level (§4.7.1.3)
            ("sport/+/score", "sport/tennis/score", true),
            ("sport/+/score", "sport/a/b/score", false),
            ("#", "$SYS/uptime", false), // [MQTT-4.7.2-1]
            ("+/uptime", "$SYS/uptime", false),
            ("$SYS/#", "$SYS/uptime", true),
            ("$SYS/+", "$SYS/uptime", true),
            ("温度/+", "温度/屋外", true),
            ("e\u{301}", "é", false), // no normalization [MQTT-4.7.3-4]
        ] {
            assert_eq!(matches(filter, topic), expect, "{filter} on {topic}");
        }
    }

    #[test]
    fn ill_formed_filters_are_refused_where_they_break() {
        for (filter, expect) in [
            ("a/b", Ok(())),
            ("#", Ok(())),
            ("a/#", Ok(())),
            ("+", Ok(())),
            ("+/a/+", Ok(())),
            ("/", Ok(())),
            ("//", Ok(())),
            ("$share/g/a", Ok(())),
            ("$share/g//", Ok(())),
            ("$shared/x", Ok(())), // an ordinary topic
            ("$share", Ok(())),    // no separator: an ordinary topic too
            ("", Err((0, ErrorKind::TopicFilterEmpty))),
            ("a#", Err((1, ErrorKind::MultiLevelWildcard))),
            ("a/#/b", Err((2, ErrorKind::MultiLevelWildcard))),
            ("##", Err((0, ErrorKind::MultiLevelWildcard))),
            ("a+", Err((1, ErrorKind::SingleLevelWildcard))),
            ("温/+度", Err((4, ErrorKind::SingleLevelWildcard))),
            ("$share/", Err((7, ErrorKind::ShareNameEmpty))),
            ("$share//a", Err((7, ErrorKind::ShareNameEmpty))),
            ("$share/g+/a", Err((8, ErrorKind::ShareNameWildcard))),
            ("$share/#/a", Err((7, ErrorKind::ShareNameWildcard))),
            ("$share/g", Err((8, ErrorKind::ShareWithoutFilter))),
            ("$share/g/", Err((9, ErrorKind::ShareWithoutFilter))),
            ("$share/g/a#", Err((10, ErrorKind::MultiLevelWildcard))),
        ] {
            assert_eq!(check_topic_filter(filter), expect, "{filter:?}");
        }
    }

    #[test]
    fn topic_names_hold_no_wildcards() {
        for (topic, expect) in [
            ("a/b", Ok(())),
            ("/", Ok(())),
            (" ", Ok(())), // white space is a character like any other (§4.7.3)
            ("", Err((0, ErrorKind::TopicNameEmpty))),
            ("a/+", Err((2, ErrorKind::TopicNameWildcard))),
            ("a#b", Err((1, ErrorKind::TopicNameWildcard))),
        ] {
            assert_eq!(check_topic_name(topic), expect, "{topic:?}");
        }
    }

    #[test]
    fn a_shared_filter_splits_into_name_and_filter() {
        for (filter, expect) in [
            ("$share/workers/jobs/#", Some(("workers", "jobs/#"))),
            ("$share/g//a", Some(("g", "/a"))),
            ("$share/g", None),
            ("jobs/#", None),
        ] {
            assert_eq!(split_shared(filter), expect, "{filter}");
        }
    }
}
