//! Captures beside the live one: set aside, compared, saved, opened from files and links.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Clock};

use bytes::Bytes;
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, Hole};
use mqtt5_playground::formats::{
    json::records_to_json,
    pcap::records_to_pcapng,
    read_file,
    share::{Folded, pack},
};
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{Connect, ConnectionId, Packet, Publish, Sender, encode};
use mqtt5_playground::time::Instant;
use thirtyfour::prelude::*;

use crate::browser::{in_browser, setting};
use crate::page::{Outcome, Page, press, type_over};
use crate::pictures::picture;

/// Two records of a client `B` that no bench of the page has.
fn sample() -> Capture {
    let mut capture = Capture::default();
    let mut push = |millis, entry| {
        capture.push(Instant::from_millis(millis), ClientSlot(1), ConnectionId(1), entry);
    };
    push(0, Entry::Opening { address: "broker.example:1883".to_owned() });
    push(1, Entry::Opened);
    let connect = Connect { client_id: "from-a-file".into(), ..Connect::default() };
    let publish = Publish {
        topic: "far/away".into(),
        payload: Bytes::from_static(b"hello"),
        ..Publish::default()
    };
    for (millis, packet) in
        [(2, Packet::Connect(Box::new(connect))), (30, Packet::Publish(publish))]
    {
        let bytes = encode(&packet).expect("it can be encoded");
        push(millis, Entry::Packet { sender: Sender::Client, bytes });
    }
    capture
}

/// One Network Connection of client A with these packets.
pub fn connection(packets: &[(Sender, &'static [u8])]) -> Capture {
    let mut capture = Capture::default();
    let mut push = |entry| {
        capture.push(Instant::from_millis(1), ClientSlot(0), ConnectionId(1), entry);
    };
    push(Entry::Opening { address: "broker.example:1883".to_owned() });
    push(Entry::Opened);
    for (sender, bytes) in packets {
        push(Entry::Packet { sender: *sender, bytes: Bytes::from_static(bytes) });
    }
    capture
}

pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, bytes).expect("the folder for tests can be written");
    file
}

/// Chooses an entry of the menu above the packets.
async fn choose(page: &Page, words: &str) -> Outcome {
    press(&page.see(".wire-bar [popovertarget^=capture-menu]").await?).await?;
    press(&page.button(words).await?).await
}

pub async fn open_file(page: &Page, path: &Path) -> Outcome {
    let input = page.driver().query(By::Css(".captures input[type=file]")).first().await?;
    input.send_keys(path.to_string_lossy().as_ref()).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_capture_of_3_1_1_is_read_without_an_error() -> Outcome {
    in_browser(Language::En, |page| async move {
        let capture = connection(&[
            (Sender::Client, &b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c"[..]),
            (Sender::Server, b"\x20\x02\0\0"),
            (Sender::Client, b"\x32\x07\0\x01t\0\x01hi"),
            (Sender::Server, b"\x40\x02\0\x01"),
            (Sender::Client, b"\xE0\0"),
        ]);
        page.open("page=captures").await?;
        open_file(&page, &file("old.pcapng", &records_to_pcapng(&capture, capture.records())))
            .await?;
        page.see_html(".packet-row", "MQTT 3.1.1").await?;
        page.see_html(".packet-row", "0x00 Connection Accepted").await?;
        assert_eq!(page.count(".packet-row[data-direction]").await?, 5);
        assert_eq!(page.count(".packet-row[data-state=malformed]").await?, 0);

        let strings = page.strings();
        press(&page.packet("PUBLISH", 'A', "out").await?).await?;
        page.see_html(".inspector__facts", "MQTT 3.1.1").await?;
        page.see_html(".explanation", &strings.inspector_version_older("3.1.1")).await?;
        press(&page.button(&strings.inspector_versions("3.1.1")).await?).await?;
        page.see_html(".version-diff__notes", strings.diff_note_only_length()).await?;
        page.see_html(".byte-diff__row[data-fate=right] .byte-diff__name", "Property Length").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn two_runs_are_compared_and_the_bench_stays_as_it_is() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=first-connect&broker=tab").await?;
        let strings = page.strings();
        page.panel('A').connect().await?;
        choose(&page, strings.captures_keep()).await?;
        page.see_html(".captures__banner", &strings.captures_banner(strings.captures_run(1)))
            .await?;
        // The bench is where it was: still connected, with the same packets.
        press(&page.button(strings.captures_back()).await?).await?;
        page.panel('A').says(strings.link_connected()).await?;
        assert_eq!(page.count(".exercise-page .packet-row[data-direction]").await?, 2);

        // The second run has one thing more.
        page.panel('A').choose("DISCONNECT").await?;
        page.panel('A').send("DISCONNECT").await?;
        page.packet("DISCONNECT", 'A', "out").await?;
        choose(&page, strings.captures_keep()).await?;
        page.see_html(".captures__banner", &strings.captures_run(2)).await?;
        press(&page.button(strings.captures_compare()).await?).await?;
        page.see_html(".compare__row[data-kind=right]", "DISCONNECT").await?;
        assert_eq!(page.count(".compare__row[data-kind=left]").await?, 0);
        assert_eq!(page.count(".compare__row[data-kind=same] .packet-name").await?, 4);
        picture(&page, "captures-compared").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_packet_with_two_errors_lists_and_marks_both_and_keeps_its_topic() -> Outcome {
    for language in Language::ALL {
        in_browser(language, |page| async move {
            page.open("page=captures&broker=tab").await?;
            let strings = page.strings();
            let mut capture = Capture::default();
            let mut push = |sender, bytes: Bytes| {
                let (slot, connection) = (ClientSlot(0), ConnectionId(1));
                capture.push_packet(Instant::from_millis(1), slot, connection, sender, bytes);
            };
            let connect = encode(&Packet::Connect(Box::default())).expect("it is short");
            push(Sender::Client, connect);
            // The indicator has a value that it must not have, and comes a second time; the payload follows.
            let broken = b"\x32\x0E\0\x03a/b\0\x07\x04\x01\x58\x01\x01hi".as_slice();
            push(Sender::Client, Bytes::from_static(broken));
            push(Sender::Server, Bytes::from_static(&[0x40, 0x02, 0, 7]));
            let json = records_to_json(&capture, capture.records());
            open_file(&page, &file("errors.json", json.as_bytes())).await?;
            let row = ".captures .packet-row[data-state=malformed]";
            page.see_html(row, "a/b").await?;
            page.see_html(row, "Payload Format Indicator 0x58").await?;
            page.see_html(row, &strings.wire_flaw_more(1)).await?;
            press(&page.see(&format!("{row} .packet-row__button")).await?).await?;
            page.see_html(".inspector .field-row", "hi").await?;
            let wrong = ".inspector .hex__byte[data-error]";
            assert_eq!(page.count(wrong).await?, 2);
            assert_eq!(page.count(".inspector .field-row[data-state=malformed]").await?, 2);
            // Each leads to its bytes.
            let flaw = |nth: usize| format!(".explanation__flaws li:nth-child({nth}) button");
            press(&page.see(&flaw(2)).await?).await?;
            let selected = ".inspector .hex__byte[data-error][data-lit=selected]";
            assert_eq!(page.see(selected).await?.text().await?, "01");
            press(&page.see(&flaw(1)).await?).await?;
            page.see_html(&format!("{wrong}[data-lit=selected]"), "58").await?;
            // What the Server made of it.
            let took = strings.inspector_reaction_took(strings.inspector_receiver_server());
            page.see_html(".inspector .explanation__reaction", &took).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn opened_captures_are_still_there_after_a_reload_until_they_are_deleted() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=captures&broker=tab").await?;
        let strings = page.strings();
        let json = records_to_json(&sample(), sample().records());
        for name in ["first.json", "second.json"] {
            open_file(&page, &file(name, json.as_bytes())).await?;
        }
        page.see_text(".captures__kept", |text| text.starts_with("2 kept")).await?;
        press(
            &page.see(&format!("[aria-label='{}']", strings.captures_rename("first.json"))).await?,
        )
        .await?;
        type_over(&page.see(".captures__field").await?, "Monday").await?;
        page.see(".captures__field").await?.send_keys(Key::Enter + "").await?;
        page.see_html(".captures__name", "Monday").await?;

        page.reload().await?;
        page.see_html(".captures__name", "Monday").await?;
        page.see_html(".captures__banner", &strings.captures_banner("second.json")).await?;
        page.packet("PUBLISH", 'B', "out").await?;
        press(&page.button("Monday").await?).await?;
        page.see_html(".captures__banner", &strings.captures_banner("Monday")).await?;

        press(&page.see(".captures__kept summary").await?).await?;
        press(&page.button(strings.captures_delete_kept()).await?).await?;
        press(&page.button(&strings.captures_delete_really(2)).await?).await?;
        page.see(".captures__empty").await?;
        page.reload().await?;
        page.see(".captures__empty").await?;
        assert_eq!(page.count(".captures__item").await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_packet_is_sent_again_from_the_inspector_and_its_replay_is_an_equal_run() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=bench&broker=tab").await?;
        let strings = page.strings();
        page.panel('A').connect().await?;
        page.panel('A').choose("PUBLISH").await?;
        page.panel('A').send("PUBLISH").await?;
        page.packet("PUBACK", 'A', "in").await?;
        press(&page.packet("PUBLISH", 'A', "out").await?).await?;
        press(&page.see(".inspector .send-again").await?).await?;
        page.see_html(".inspector .told-button", &strings.again_sent('A', 7)).await?;
        let second_answer = "(//li[@data-direction='in']//button[contains(., 'PUBACK')])[2]";
        page.driver().query(By::XPath(second_answer)).first().await?;

        // Without a connection it says why it cannot.
        page.panel('A').choose("DISCONNECT").await?;
        page.panel('A').send("DISCONNECT").await?;
        page.see(".inspector .send-again[aria-disabled=true]").await?;
        press(&page.see(".inspector .send-again").await?).await?;
        page.see_html(".inspector .told-button", &strings.again_not_connected('A')).await?;

        choose(&page, strings.captures_keep()).await?;
        press(&page.see(".replay > .button").await?).await?;
        press(&page.button(strings.replay_begin()).await?).await?;
        page.see_html(".captures__tools > .notice", &strings.replay_sent(4)).await?;
        page.see(".compare__row").await?;
        let all = page.count(".compare__row").await?;
        assert_eq!(page.count(".compare__row[data-kind=same]").await?, all);
        assert!(all > 8, "{all}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn what_a_file_lacks_is_a_row_that_opens() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=captures&broker=tab").await?;
        let strings = page.strings();
        let mut capture = sample();
        let begun = Bytes::from_static(b"\x30\x7F\0\x08far/gone");
        let hole = Hole { sender: Sender::Server, missing: 1448, unread: 12, begun };
        let at = Instant::from_millis(40);
        capture.push(at, ClientSlot(1), ConnectionId(1), Entry::Missing(hole));
        let json = records_to_json(&capture, capture.records());
        open_file(&page, &file("holes.json", json.as_bytes())).await?;
        page.see_html(".captures__banner", &strings.captures_missing("1448")).await?;
        let row = ".captures .packet-row[data-direction=in] .packet-row__button";
        page.see_html(row, &strings.wire_missing("1448")).await?;
        press(&page.see(row).await?).await?;
        page.see_html(".captures .inspector", strings.inspector_hole()).await?;
        // What there is of its packet is read as far as it goes.
        page.see_html(".captures .inspector", "far/gone").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_long_capture_is_timed_by_the_clock_and_printed_whole() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=captures&broker=tab").await?;
        let strings = page.strings();
        let mut capture = sample();
        // A whole minute, which it is in every time zone.
        capture.set_began(Some(1_764_000_000_000_000));
        for number in 0..300 {
            let at = Instant::from_millis(1000 + number);
            let ping = Bytes::from_static(&[0xC0, 0x00]);
            capture.push_packet(at, ClientSlot(1), ConnectionId(1), Sender::Client, ping);
        }
        let json = records_to_json(&capture, capture.records());
        open_file(&page, &file("long.json", json.as_bytes())).await?;
        page.see(".captures .packet-row").await?;
        let drawn = page.count(".captures .packet-row").await?;
        assert!(drawn < 100, "{drawn} rows are drawn of {}", capture.len());
        page.driver().execute("dispatchEvent(new Event('beforeprint'))", vec![]).await?;
        page.see(&format!(".captures .packet-row:nth-child({})", capture.len())).await?;
        page.driver().execute("dispatchEvent(new Event('afterprint'))", vec![]).await?;
        page.gone(&format!(".captures .packet-row:nth-child({})", capture.len())).await?;

        let first = ".captures .packet-row:first-child .packet-row__time";
        page.see_html(first, "0.0 ").await?;
        press(&page.button(strings.wire_head_time()).await?).await?;
        page.see_html(first, ":00.000").await?;
        press(&page.button(strings.wire_head_clock()).await?).await?;
        page.button(strings.wire_head_between()).await.map(drop)
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn files_are_opened_read_only_and_bad_ones_refused_with_the_place() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=captures&broker=tab").await?;
        let strings = page.strings();
        page.see(".captures__empty").await?;
        let capture = sample();
        open_file(
            &page,
            &file("far.json", records_to_json(&capture, capture.records()).as_bytes()),
        )
        .await?;
        page.see_html(".captures__banner", "far.json").await?;
        press(&page.packet("PUBLISH", 'B', "out").await?).await?;
        page.see_html(".captures .inspector", "far/away").await?;
        picture(&page, "capture-from-a-file").await?;

        // The same as pcapng, which has no times before the first segment.
        let pcapng = records_to_pcapng(&capture, capture.records());
        open_file(&page, &file("far.pcapng", &pcapng)).await?;
        page.see_html(".captures__banner", "far.pcapng").await?;
        page.packet("CONNECT", 'B', "out").await?;

        press(&page.button(strings.captures_compare()).await?).await?;
        page.see(".compare__row").await?;
        // Both have the same packets; only the address of the broker is another one.
        assert_eq!(page.count(".compare__row[data-kind=same]").await?, 3);
        page.see_html(".compare__row[data-kind=different]", "broker.example:1883").await?;

        for (name, text, words) in [
            ("broken.json", "[{\"time_ms\": 1,\n}]", "Line 2"),
            (
                "other.json",
                r#"[{"time_ms":1,"client":"A","connection":1,"event":"x"}]"#,
                "Record 1",
            ),
            ("foreign.json", r#"{"packets": []}"#, &strings.captures_error_json_other(1, 1)),
            ("nothing.json", "[]", strings.captures_error_empty()),
            ("notes.txt", "hello", strings.captures_error_format()),
        ] {
            open_file(&page, &file(name, text.as_bytes())).await?;
            page.see_html(".captures > .notice", words).await?;
            page.see_html(".captures > .notice", name).await?;
        }
        // What was there stays.
        assert_eq!(page.count(".captures__item").await?, 2);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_link_holds_a_capture_and_one_is_copied() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        let sample = sample();
        let bytes = pack(&sample, sample.records());
        let text = Folded { bytes, is_compressed: false }.to_text();
        // A link may name any place: the capture is shown all the same.
        let address = format!("{}?lang=ja#capture={text}", setting("PAGE_URL"));
        page.driver().goto(address).await?;
        page.see_html(".captures__banner", strings.captures_from_link()).await?;
        page.packet("PUBLISH", 'B', "out").await?;

        page.allow_clipboard().await?;
        choose(&page, strings.captures_share()).await?;
        page.see(".captures-menu__told[data-state=met]").await?;
        let read = "navigator.clipboard.readText().then(arguments[arguments.length - 1]);";
        let copied = page.driver().execute_async(read, Vec::new()).await?.json().clone();
        let copied = copied.as_str().expect("the clipboard holds text").to_owned();
        assert!(copied.contains("page=captures") && copied.contains("#capture=z"), "{copied}");
        page.driver().goto("about:blank").await?;
        page.driver().goto(copied).await?;
        page.see_html(".captures__banner", strings.captures_from_link()).await?;
        page.packet("PUBLISH", 'B', "out").await?;

        let damaged = format!("{}?page=captures&lang=ja#capture=z!!", setting("PAGE_URL"));
        page.driver().goto("about:blank").await?;
        page.driver().goto(damaged).await?;
        page.see_html(".captures > .notice", strings.captures_error_link()).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn packets_are_saved_and_read_again() -> Outcome {
    in_browser(Language::En, |page| async move {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("downloads");
        let _ = fs::remove_dir_all(&folder);
        page.download_to(&folder).await?;
        page.open("exercise=first-connect&broker=tab").await?;
        let strings = page.strings();
        page.panel('A').connect().await?;
        for (words, extension) in [
            (strings.captures_save_json(), "json"),
            (strings.captures_save_pcapng(), "pcapng"),
            (strings.captures_save_text(), "txt"),
        ] {
            choose(&page, words).await?;
            let bytes = downloaded(&folder, extension).await;
            if extension == "txt" {
                let text = String::from_utf8(bytes).expect("it is UTF-8");
                assert!(text.contains("CONNACK") && text.contains("Keep Alive: 60"), "{text}");
                continue;
            }
            let loaded = read_file(&bytes).unwrap_or_else(|error| panic!("{extension}: {error}"));
            let packets = loaded.capture.records().filter_map(|record| record.packet_type());
            let names: Vec<_> = packets.map(|packet| packet.name()).collect();
            assert_eq!(names, ["CONNECT", "CONNACK"], "{extension}");
        }
        Ok(())
    })
    .await
}

/// What the download of such a file has brought, once it is complete.
pub async fn downloaded(folder: &Path, extension: &str) -> Vec<u8> {
    let began = Clock::now();
    loop {
        let files = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let mut saved = files.map(|file| file.path()).filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            (name.starts_with("mqtt5-capture-") || name.starts_with("examined-"))
                && path.extension().is_some_and(|is| is == extension)
        });
        match saved.next().map(fs::read) {
            Some(Ok(bytes)) if !bytes.is_empty() => return bytes,
            _ => assert!(began.elapsed() < Duration::from_secs(20), "no {extension} came"),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_filter_is_put_together_by_pressing() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=first-connect&broker=tab").await?;
        let strings = page.strings();
        page.panel('A').connect().await?;
        page.packet("CONNACK", 'A', "in").await?;
        press(&page.see("[popovertarget^=filter-menu]").await?).await?;
        press(&page.button(strings.captures_filter_in()).await?).await?;
        page.gone(".packet-row[data-direction=out]").await?;
        // The first of the packet types; a form's tab has the same name.
        let connect = ".filter-menu__options:nth-of-type(3) > :first-child";
        press(&page.see(connect).await?).await?;
        page.gone(".packet-row").await?;
        press(&page.button(strings.captures_filter_in()).await?).await?;
        page.packet("CONNECT", 'A', "out").await?;
        assert_eq!(page.count(".packet-row").await?, 1);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn captures_fit_a_phone() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.on_phone(390, 844).await?;
        page.open("page=captures&broker=tab").await?;
        let sample = sample();
        let text = records_to_json(&sample, sample.records());
        for name in ["one.json", "two.json"] {
            open_file(&page, &file(name, text.as_bytes())).await?;
            page.see_html(".captures__banner", name).await?;
        }
        fits(&page).await?;
        press(&page.button(page.strings().captures_compare()).await?).await?;
        page.see(".compare__row").await?;
        fits(&page).await
    })
    .await
}

async fn fits(page: &Page) -> Outcome {
    assert_eq!(page.too_wide().await?, 0, "it is too wide, by pixels");
    Ok(())
}
