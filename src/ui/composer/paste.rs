//! Bytes read from whatever somebody copied: hexadecimal digits in any dress, C arrays, dumps of Wireshark, tcpdump,
//! xxd and hexdump with their offsets and text columns, byte literals of Python.
//!
//! A dump of whole network packets is stripped down to what TCP carried; several MQTT packets are cut apart.

use bytes::Bytes;

use crate::mqtt::{Sender, Version, decode, decode_as};

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pasted {
    /// Each as one packet, as far as its Remaining Length says where it ends; the last may be cut short.
    pub packets: Vec<Bytes>,
    /// What was around them and has been left out.
    pub around: Option<Around>,
}

/// The layers of a network around MQTT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    Tcp,
    WebSocket,
}

/// Why a text is no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteError {
    /// A character that is no hexadecimal digit; line and column from 1 on.
    NotHex { character: char, line: usize, column: usize },
    /// Two digits make a byte; this many were there.
    HalfByte { digits: usize },
    /// A decimal number that no byte holds.
    TooLarge { number: u32 },
}

/// Reads a text. An empty one has no packets.
pub fn read(text: &str) -> Result<Pasted, PasteError> {
    let (bytes, around) = match dump(text) {
        Some(chunks) => strip(&chunks),
        None => {
            let bytes = match (literal(text), decimal(text)?) {
                (Some(bytes), _) | (None, Some(bytes)) => bytes,
                (None, None) => digits(text)?,
            };
            strip(&[bytes])
        }
    };
    let packets = split(&bytes.into());
    if packets.iter().any(is_sound) || around == Some(Around::WebSocket) {
        return Ok(Pasted { packets, around });
    }
    // A WebSocket frame begins like SUBSCRIBE: only what is no MQTT outside and MQTT inside is one.
    let whole: Vec<u8> = packets.iter().flatten().copied().collect();
    let inside = unframed(&whole).map(|inner| split(&inner.into()));
    Ok(match inside.filter(|packets| packets.iter().all(is_sound)) {
        Some(packets) => Pasted { packets, around: Some(Around::WebSocket) },
        None => Pasted { packets, around },
    })
}

/// Cuts a stream by what each Remaining Length announces, also where a packet is not sound.
pub fn split(stream: &Bytes) -> Vec<Bytes> {
    let mut packets = Vec::new();
    let mut rest = stream.clone();
    while !rest.is_empty() {
        let end = frame_length(&rest).filter(|end| *end < rest.len()).unwrap_or(rest.len());
        packets.push(rest.split_to(end));
    }
    packets
}

fn frame_length(bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    for (index, byte) in bytes.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some(2 + index + length);
        }
    }
    None
}

/// Of 5.0, or a CONNECT that names an older version.
fn is_sound(packet: &Bytes) -> bool {
    let version = Version::of_connect(packet).unwrap_or_default();
    decode_as(packet, None, version).is_ok()
}

/// Which side sends these bytes: the one that may, the one given where both may.
pub fn sender_of(bytes: &Bytes, usual: Sender) -> Sender {
    let packet_type = bytes.first().and_then(|byte| crate::mqtt::PacketType::from_value(byte >> 4));
    let other = match usual {
        Sender::Client => Sender::Server,
        Sender::Server => Sender::Client,
    };
    match packet_type {
        Some(packet) if !packet.sent_by(usual) => other,
        // A DISCONNECT tells its side by its Reason Code, a PUBLISH by a Subscription Identifier.
        Some(_) if decode(bytes, Some(usual)).is_err() && decode(bytes, Some(other)).is_ok() => {
            other
        }
        _ => usual,
    }
}

// --- Digits ---

/// Digits in any dress: white space, commas, semicolons, brackets, `0x` and `\x`, names and comments of C.
fn digits(text: &str) -> Result<Vec<u8>, PasteError> {
    let text = body_of_array(text);
    let mut digits = Vec::new();
    for (line, content) in text.lines().enumerate() {
        let mut characters = content.chars().enumerate().peekable();
        // Whether a number begins here, where it may have a prefix.
        let mut begins = true;
        while let Some((column, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            match character {
                '/' if next == Some('/') => break,
                '0' if begins && matches!(next, Some('x' | 'X')) => {
                    characters.next();
                    begins = false;
                }
                '\\' if next == Some('x') => {
                    characters.next();
                    begins = false;
                }
                c if c.is_whitespace() || ",;:-[](){}<>\"'|_".contains(c) => begins = true,
                c => match c.to_digit(16) {
                    Some(digit) => {
                        digits.push(digit as u8);
                        // In 0x100x1c the prefix stands behind a whole byte.
                        begins = digits.len().is_multiple_of(2);
                    }
                    None => {
                        return Err(PasteError::NotHex {
                            character: c,
                            line: line + 1,
                            column: column + 1,
                        });
                    }
                },
            }
        }
    }
    match digits.as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect()),
        _ => Err(PasteError::HalfByte { digits: digits.len() }),
    }
}

/// What stands between the braces of a C array or behind `<Buffer`, without comments; another text as it is. Lines stay
/// where they are, so that an error can be told by line and column.
fn body_of_array(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        let (comment, after) = comment.split_once("*/").unwrap_or((comment, ""));
        out.push_str(before);
        out.push(' ');
        out.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    out.push_str(rest);
    let start = match (out.find('{'), out.find("<Buffer")) {
        (Some(brace), _) => brace + 1,
        (None, Some(buffer)) => buffer + "<Buffer".len(),
        (None, None) => 0,
    };
    let end = out.rfind('}').filter(|end| *end >= start).unwrap_or(out.len());
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    out[..start].chars().map(blank).chain(out[start..end].chars()).collect()
}

/// `[16, 28, 0, 4]`: numbers between commas, of which one or more have other than two digits.
fn decimal(text: &str) -> Result<Option<Vec<u8>>, PasteError> {
    let body = body_of_array(text);
    let words: Vec<&str> = body
        .trim_matches(|c: char| c.is_whitespace() || "[];".contains(c))
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    let is_number = |word: &&str| word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_decimal =
        words.len() > 1 && words.iter().all(is_number) && words.iter().any(|word| word.len() != 2);
    if !is_decimal {
        return Ok(None);
    }
    let number = |word: &&str| {
        let number = word.parse().unwrap_or(u32::MAX);
        u8::try_from(number).map_err(|_| PasteError::TooLarge { number })
    };
    words.iter().map(number).collect::<Result<_, _>>().map(Some)
}

/// `b'\x10\x1c\x00\x04MQTT'`, as Python shows bytes.
fn literal(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let quoted = text.strip_prefix(['b', 'B'])?;
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inside = quoted[1..].strip_suffix(quote)?;
    let mut bytes = Vec::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            bytes.push(u8::try_from(character).ok().filter(u8::is_ascii)?);
            continue;
        }
        bytes.push(match characters.next()? {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            '0' => 0,
            'x' => {
                let (high, low) = (characters.next()?, characters.next()?);
                (high.to_digit(16)? << 4 | low.to_digit(16)?) as u8
            }
            other => u8::try_from(other).ok()?,
        });
    }
    Some(bytes)
}

// --- Dumps ---

/// A dump has an offset in front of every line, and the first offset is zero, with which no MQTT packet
/// begins. Each offset of zero begins another network packet; lines without offset are talk.
fn dump(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    for line in text.lines() {
        let Some((offset, rest, has_colon)) = offset(line) else { continue };
        if offset == 0 {
            chunks.push(Vec::new());
        }
        chunks.last_mut()?.extend(dumped(rest, has_colon));
    }
    chunks.retain(|chunk| !chunk.is_empty());
    (!chunks.is_empty()).then_some(chunks)
}

/// `0000`, `0x0000:` or `00000000:` in front of a line, with what follows.
fn offset(line: &str) -> Option<(usize, &str, bool)> {
    let line = line.trim_start();
    let line = line.strip_prefix("0x").unwrap_or(line);
    let end = line.find(|c: char| !c.is_ascii_hexdigit())?;
    let (digits, rest) = line.split_at(end);
    let has_colon = rest.starts_with(':');
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let is_offset = (4..=8).contains(&digits.len()) && rest.starts_with([' ', '\t']);
    // Without a colon, four digits may as well be two bytes: then single bytes follow an offset.
    let bytes_follow = || rest.split_whitespace().next().is_some_and(|word| word.len() == 2);
    (is_offset && (has_colon || bytes_follow()))
        .then(|| usize::from_str_radix(digits, 16).ok())?
        .map(|offset| (offset, rest, has_colon))
}

/// The bytes of one line, up to the column with the text.
fn dumped(line: &str, has_colon: bool) -> Vec<u8> {
    const MOST: usize = 16;
    let line = match line.find('|') {
        Some(bar) if line.trim_end().ends_with('|') => &line[..bar],
        _ => line,
    };
    let mut bytes = Vec::with_capacity(MOST);
    let mut rest = line.trim_start();
    while bytes.len() < MOST {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let pairs: Option<Vec<u8>> = (!word.is_empty() && word.len() % 2 == 0 && word.is_ascii())
            .then(|| (0..word.len()).step_by(2))
            .and_then(|starts| {
                starts.map(|at| u8::from_str_radix(&word[at..at + 2], 16).ok()).collect()
            });
        let Some(pairs) = pairs else { break };
        bytes.extend(pairs);
        let gap = after.len() - after.trim_start().len();
        // Some leave a wider gap in the middle of a line; a gap before the text ends the bytes.
        let goes_on = gap == 1 || (gap == 2 && bytes.len() == 8 && !has_colon);
        if !goes_on {
            break;
        }
        rest = after.trim_start();
    }
    bytes.truncate(MOST);
    bytes
}

// --- Networks ---

/// What TCP carried in each network packet, one after the other; bytes that are no network packets stay.
fn strip(chunks: &[Vec<u8>]) -> (Vec<u8>, Option<Around>) {
    let carried: Vec<Option<&[u8]>> = chunks.iter().map(|chunk| tcp_payload(chunk)).collect();
    let stripped = carried.iter().any(Option::is_some);
    let parts: Vec<&[u8]> =
        chunks.iter().zip(carried).map(|(chunk, inner)| inner.unwrap_or(chunk)).collect();
    if !stripped {
        return (parts.concat(), None);
    }
    // Over WebSocket every segment usually holds whole frames.
    let unframed: Vec<Option<Vec<u8>>> = parts
        .iter()
        .map(|part| if part.is_empty() { Some(Vec::new()) } else { unframed(part) })
        .collect();
    let is_mqtt = |part: &&[u8]| split(&Bytes::copy_from_slice(part)).iter().all(is_sound);
    if parts.iter().all(|part| part.is_empty() || is_mqtt(part)) {
        return (parts.concat(), Some(Around::Tcp));
    }
    match unframed.into_iter().collect::<Option<Vec<_>>>() {
        Some(inner) => (inner.concat(), Some(Around::WebSocket)),
        None => (parts.concat(), Some(Around::Tcp)),
    }
}

/// Looks for IPv4 or IPv6 with TCP, bare or behind what a link puts in front: Ethernet, Linux's
/// cooked captures, the loopback of BSD. Neither version of IP can be the beginning of an MQTT packet.
fn tcp_payload(packet: &[u8]) -> Option<&[u8]> {
    const LINK_HEADERS: [usize; 5] = [0, 14, 16, 20, 4];
    LINK_HEADERS.into_iter().find_map(|start| ip_payload(packet.get(start..)?))
}

fn ip_payload(packet: &[u8]) -> Option<&[u8]> {
    const TCP: u8 = 6;
    let be16 =
        |at: usize| Some(usize::from(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?])));
    let (start, end) = match packet.first()? >> 4 {
        4 if *packet.get(9)? == TCP => (usize::from(packet[0] & 0x0F) * 4, be16(2)?),
        6 if *packet.get(6)? == TCP => (40, 40 + be16(4)?),
        _ => return None,
    };
    // A total length of zero is left to the network card; bytes behind the end are padding.
    let end = if end < start { packet.len() } else { end };
    (start >= 20 && end <= packet.len()).then_some(())?;
    let segment = packet.get(start..end)?;
    let header = usize::from(segment.get(12)? >> 4) * 4;
    (header >= 20).then(|| segment.get(header..)).flatten()
}

/// What is in whole binary WebSocket frames (RFC 6455); `None` where it is something else.
fn unframed(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (first, second) = (*bytes.first()?, *bytes.get(1)?);
        let is_data = matches!(first, 0x82 | 0x02 | 0x00 | 0x80);
        let is_control = matches!(first, 0x88..=0x8A);
        let (length, mut at) = match second & 0x7F {
            126 => (usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])), 4),
            127 => return None,
            short => (usize::from(short), 2),
        };
        let mask = match second & 0x80 {
            0 => [0; 4],
            _ => {
                let mask = *bytes.get(at..)?.first_chunk::<4>()?;
                at += 4;
                mask
            }
        };
        let payload = bytes.get(at..at + length)?;
        if is_data {
            out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        } else if !is_control {
            return None;
        }
        bytes = &bytes[at + length..];
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::format::hex_lines;

    /// PINGREQ and DISCONNECT.
    const TWO: [&[u8]; 2] = [&[0xC0, 0x00], &[0xE0, 0x00]];

    fn packets(text: &str) -> Vec<Vec<u8>> {
        let pasted = read(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        pasted.packets.iter().map(|packet| packet.to_vec()).collect()
    }

    #[test]
    fn digits_are_read_in_any_dress() {
        for text in [
            "c000e000",
            "C0 00 E0 00",
            "c0:00:e0:00",
            "c0-00-e0-00",
            "\tc000\r\n e000\n",
            "0xc0 0x00 0xe0 0x00",
            "0xC0,0x00,0xE0,0x00",
            "0xc00xe0".replace("0xe0", "000xe000").as_str(),
            r"\xc0\x00\xe0\x00",
            "unsigned char packet[] = {\n  0xc0, 0x00, // PINGREQ\n  /* then\n bye */ 0xe0, 0x00\n};",
            "<Buffer c0 00 e0 00>",
            "[192, 0, 224, 0]",
            "{192, 0, 224, 0}",
            r"b'\xc0\x00\xe0\x00'",
            "b\"\\xc0\\0\\xe0\\x00\"",
            "0000  c0 00 e0 00                                       ....",
            "0000   c0 00 e0 00   ....",
            "0000  c0 00\n0002  e0 00",
            "00000000: c000 e000                                ....",
            "00000000  c0 00 e0 00                                       |....|\n00000004",
            "0000000 c0 00 e0 00\n0000004",
        ] {
            assert_eq!(packets(text), TWO, "{text}");
        }
        assert_eq!(packets(""), [] as [Vec<u8>; 0]);
    }

    #[test]
    fn the_text_beside_a_dump_is_no_digits() {
        // Topic `abc`, payload `de ad be ef`: the text column looks like digits too.
        let frame = "300c 0003 6162 6300 6465 2061 6420 6265";
        let bytes: Vec<u8> = {
            let digits = frame.replace(' ', "");
            (0..digits.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex"))
                .collect()
        };
        let spaced: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (left, right) = (spaced[..8].join(" "), spaced[8..].join(" "));
        for text in [
            format!("00000000: {frame}  0..abc.de ad be"),
            format!("\t0x0000:  {frame}  0..abc.de.ad.be"),
            format!("0000  {left} {right}   0..abc.de ad be"),
            format!("0000   {left}  {right}   0..abc.de ad be"),
            format!("00000000  {left}  {right}  |0..abc.de ad be|"),
        ] {
            let found: Vec<u8> = packets(&text).concat();
            assert_eq!(found, bytes, "{text}");
        }
    }

    #[test]
    fn several_packets_are_cut_apart_also_around_a_broken_one() {
        // The SUBSCRIBE has a reserved flag, and still says how long it is.
        let text = "c000 81 06 0001 00 0000 00 e000 30";
        assert_eq!(
            packets(text),
            [&[0xC0, 0x00][..], &[0x81, 6, 0, 1, 0, 0, 0, 0], &[0xE0, 0x00], &[0x30]]
        );
    }

    #[test]
    fn networks_around_mqtt_are_stripped() {
        let ip = "4500 002c 0001 4000 4006 0000 7f00 0001 7f00 0001";
        let tcp = "d431 075b 0000 0001 0000 0001 5018 0200 0000 0000";
        let ethernet = "000000000000000000000000 0800";
        let ipv6 =
            "6000 0000 0018 0640 00000000000000000000000000000001 00000000000000000000000000000001";
        for (text, around) in [
            (format!("{ip} {tcp} c000e000"), Around::Tcp),
            (format!("{ethernet} {ip} {tcp} c000e000"), Around::Tcp),
            (format!("{ipv6} {tcp} c000e000"), Around::Tcp),
            (format!("02000000 {ip} {tcp} c000e000"), Around::Tcp),
            // Masked with 01 02 03 04.
            ("82 84 01020304 c102e304".to_owned(), Around::WebSocket),
            ("82 02 c000 82 02 e000".to_owned(), Around::WebSocket),
        ] {
            let pasted = read(&text).expect("it is hex");
            assert_eq!(pasted.around, Some(around), "{text}");
            let found: Vec<&[u8]> = pasted.packets.iter().map(|packet| &packet[..]).collect();
            assert_eq!(found, TWO, "{text}");
        }
        // A SUBSCRIBE begins with the same byte as a WebSocket frame, also a broken one.
        for text in ["82 07 00 01 00 00 01 61 00", "82 06 00 01 00 00 01 61"] {
            assert_eq!(read(text).expect("it is hex").around, None, "{text}");
        }
    }

    #[test]
    fn tcpdump_with_its_talk_is_read() {
        let text = "12:00:00.000001 IP localhost.54321 > localhost.1883: Flags [P.], length 2\n\
            \t0x0000:  4500 002a 0001 4000 4006 0000 7f00 0001  E..*..@.@.......\n\
            \t0x0010:  7f00 0001 d431 075b 0000 0001 0000 0001  .....1.[........\n\
            \t0x0020:  5018 0200 0000 0000 c000                 P.........\n\
            12:00:00.000002 IP localhost.54321 > localhost.1883: Flags [F.], length 2\n\
            \t0x0000:  4500 002a 0001 4000 4006 0000 7f00 0001  E..*..@.@.......\n\
            \t0x0010:  7f00 0001 d431 075b 0000 0001 0000 0001  .....1.[........\n\
            \t0x0020:  5018 0200 0000 0000 e000                 P.........\n";
        assert_eq!(packets(text), TWO);
    }

    #[test]
    fn what_is_no_bytes_is_told_by_its_place() {
        for (text, expect) in [
            ("c0 0g", PasteError::NotHex { character: 'g', line: 1, column: 5 }),
            ("c0\n度", PasteError::NotHex { character: '度', line: 2, column: 1 }),
            ("c0 0", PasteError::HalfByte { digits: 3 }),
            ("[192, 256]", PasteError::TooLarge { number: 256 }),
        ] {
            assert_eq!(read(text), Err(expect), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes: Vec<u8> = [&[0x30, 0x26][..], &[0; 38]].concat();
        let text = hex_lines(&bytes);
        assert_eq!(text.lines().count(), 3);
        assert_eq!(packets(&text), [bytes]);
    }

    #[test]
    fn the_side_that_sends_is_the_one_that_may() {
        for (bytes, usual, expect) in [
            (&[0xC0, 0][..], Sender::Server, Sender::Client),
            (&[0xD0, 0], Sender::Client, Sender::Server),
            (&[0xE0, 1, 0x8B], Sender::Client, Sender::Server),
            (&[0xE0, 0], Sender::Server, Sender::Client),
            (&[0x40, 2, 0, 1], Sender::Server, Sender::Server),
            (&[0x30, 7, 0, 1, b'a', 2, 0x0B, 1, b'x'], Sender::Client, Sender::Server),
            (&[], Sender::Client, Sender::Client),
        ] {
            assert_eq!(sender_of(&Bytes::copy_from_slice(bytes), usual), expect, "{bytes:02x?}");
        }
    }
}
