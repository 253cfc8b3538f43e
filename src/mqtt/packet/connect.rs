//! CONNECT (§3.1): the Client asks for a connection to its Session.

use bytes::Bytes;

use super::{
    Bits, EncodeError, ErrorKind, FieldId, Holder, Lengths, Properties, Read, Reader, Sink, Text,
    Version, Writer, binary_length,
};
use crate::mqtt::{qos::QoS, topic::check_topic_name_as};

/// The first packet on a Network Connection [MQTT-3.1.0-1], and the only one of its kind [MQTT-3.1.0-2].
///
/// Protocol Name and Version are constants, and the Connect Flags follow from the fields. The default asks
/// to resume the Session of an empty Client Identifier, without Keep Alive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connect {
    /// Whether to discard a stored Session first (§3.1.2.4).
    pub clean_start: bool,
    /// The longest time between two packets from the Client, in seconds; 0 turns Keep Alive off
    /// (§3.1.2.10). Server Keep Alive in CONNACK overrides it.
    pub keep_alive: u16,
    /// What the Client asks for and accepts (§3.1.2.11). The properties of the Will are not here but in
    /// [`Will`].
    pub properties: Properties,
    /// Names the Session. Empty to let the Server assign one (§3.1.3.1).
    pub client_id: Text,
    /// `Some` sets the Will Flag (§3.1.2.5).
    pub will: Option<Will>,
    /// `Some` sets the User Name Flag, with an empty string too (§3.1.2.8).
    pub user_name: Option<Text>,
    /// `Some` sets the Password Flag. Allowed without a User Name, unlike in 3.1.1 (§3.1.2.9).
    pub password: Option<Bytes>,
}

/// The message that the Server publishes when the Client leaves without DISCONNECT 0x00 (§3.1.2.5), after
/// its Will Delay Interval [MQTT-3.1.2-8].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Will {
    /// Of the PUBLISH to be made of it (§3.1.2.6).
    pub qos: QoS,
    /// RETAIN of that PUBLISH (§3.1.2.7).
    pub retain: bool,
    /// Will Delay Interval, which stays with the Server, and those that go out with the message (§3.1.3.2).
    pub properties: Properties,
    /// A Topic Name: without wildcards, and never empty, since a Will has no Topic Alias (§3.1.3.3).
    pub topic: Text,
    /// At most 65,535 bytes, unlike that of a PUBLISH (§3.1.3.4).
    pub payload: Bytes,
}

impl Connect {
    #[inline(never)]
    pub(super) fn read<S: Sink>(r: &mut Reader<'_, S>) -> Read<Box<Connect>> {
        let (flags, keep_alive, properties) = r.group(FieldId::VariableHeader.into(), |r| {
            let version = r.version();
            r.string_checked(FieldId::ProtocolName, |name, _| match name {
                _ if name == version.protocol_name() => Ok(()),
                _ => Err((0, ErrorKind::ProtocolName)),
            })?;
            let at = r.at();
            let level = r.byte(FieldId::ProtocolVersion.into())?;
            if level != version.level() {
                let kind = match version {
                    Version::V5 => ErrorKind::ProtocolVersion(level),
                    Version::V3_1 | Version::V3_1_1 => ErrorKind::ProtocolLevel(level),
                };
                // Another version may have other fields; a bridge sets the highest bit of its level.
                let has_the_same = !version.is_5() && (3..=4).contains(&(level & 0x7F));
                match has_the_same {
                    true => r.flaw(at, at..r.at(), kind)?,
                    false => return Err(r.stop(at, at..r.at(), kind)),
                }
            }
            let flags = read_flags(r)?;
            let keep_alive = r.two_byte_integer(FieldId::KeepAlive.into())?;
            let at = r.at();
            let properties = r.properties(Holder::Connect)?;
            if properties.authentication_data().is_some()
                && properties.authentication_method().is_none()
                && r.has_read_all()
            {
                r.flaw(at, at..r.at(), ErrorKind::AuthenticationDataWithoutMethod)?;
            }
            Ok((flags, keep_alive, properties))
        })?;
        let connect = r.group(FieldId::Payload.into(), |r| {
            let (at, version) = (r.at(), r.version());
            let client_id = r.string(FieldId::ClientIdentifier)?;
            // In 3.1 the packet may end before what its flags announce.
            let may_end = version == Version::V3_1;
            let will = match flags & WILL_FLAG {
                0 => None,
                _ => Some(Will {
                    qos: QoS::from_bits(WILL_QOS.of(flags)).unwrap_or_default(),
                    retain: flags & WILL_RETAIN != 0,
                    properties: r.properties(Holder::Will)?,
                    topic: r.string_checked(FieldId::WillTopic, check_topic_name_as)?,
                    payload: r.binary(FieldId::WillPayload)?,
                }),
            };
            let user_name = match flags & USER_NAME_FLAG {
                0 => None,
                _ if may_end && r.at_end() => None,
                _ => Some(r.string(FieldId::UserName)?),
            };
            let password = match flags & PASSWORD_FLAG {
                0 => None,
                _ if may_end && r.at_end() => None,
                _ => Some(r.binary(FieldId::Password)?),
            };
            let clean_start = flags & CLEAN_START != 0;
            if client_id.is_empty() && !may_omit_client_id(version, flags) {
                r.flaw(at, at..at + 2, ErrorKind::ClientIdentifierEmpty)?;
            }
            Ok(Box::new(Connect {
                clean_start,
                keep_alive,
                properties,
                client_id,
                will,
                user_name,
                password,
            }))
        })?;
        r.expect_end()?;
        Ok(connect)
    }

    pub(super) fn length(
        &self,
        version: Version,
        lengths: &mut Lengths,
    ) -> Result<usize, EncodeError> {
        let mut length = binary_length(version.protocol_name().as_bytes())?
            + 4
            + self.properties.length(version, lengths)?
            + binary_length(self.client_id.as_bytes())?;
        if let Some(will) = &self.will {
            length += will.properties.length(version, lengths)?
                + binary_length(will.topic.as_bytes())?
                + binary_length(&will.payload)?;
        }
        if let Some(user_name) = &self.user_name {
            length += binary_length(user_name.as_bytes())?;
        }
        if let Some(password) = self.written_password(version) {
            length += binary_length(password)?;
        }
        Ok(length)
    }

    pub(super) fn write(&self, w: &mut Writer<'_>) {
        let version = w.version();
        let bit = |set: bool, flag: u8| if set { flag } else { 0 };
        let password = self.written_password(version);
        let mut flags = bit(self.clean_start, CLEAN_START)
            | bit(self.user_name.is_some(), USER_NAME_FLAG)
            | bit(password.is_some(), PASSWORD_FLAG);
        if let Some(will) = &self.will {
            flags |= WILL_FLAG | will.qos.bits() << WILL_QOS.low | bit(will.retain, WILL_RETAIN);
        }
        let (mut room, lengths) = w.body();
        room.binary(version.protocol_name().as_bytes());
        let [high, low] = self.keep_alive.to_be_bytes();
        room.fixed([version.level(), flags, high, low]);
        room = self.properties.write_within(room, version, lengths);
        room.binary(self.client_id.as_bytes());
        if let Some(will) = &self.will {
            room = will.properties.write_within(room, version, lengths);
            room.binary(will.topic.as_bytes());
            room.binary(&will.payload);
        }
        if let Some(user_name) = &self.user_name {
            room.binary(user_name.as_bytes());
        }
        if let Some(password) = password {
            room.binary(password);
        }
    }

    fn written_password(&self, version: Version) -> Option<&Bytes> {
        let takes_password = version.is_5() || self.user_name.is_some();
        self.password.as_ref().filter(|_| takes_password)
    }
}

fn read_flags<S: Sink>(r: &mut Reader<'_, S>) -> Read<u8> {
    let (at, version) = (r.at(), r.version());
    let flags = r.flags(FieldId::ConnectFlags.into(), FLAGS)?;
    let (is_3_1, has_will, will_qos) =
        (version == Version::V3_1, flags & WILL_FLAG != 0, WILL_QOS.of(flags));
    let lonely_password = flags & (USER_NAME_FLAG | PASSWORD_FLAG) == PASSWORD_FLAG;
    // 3.1 does not use bit 0, nor the rest of the Will's bits without a Will.
    for (is_broken, kind) in [
        (lonely_password && !version.is_5(), ErrorKind::PasswordWithoutUserName),
        (flags & RESERVED != 0 && !is_3_1, ErrorKind::ConnectFlagReserved),
        (will_qos == 3 && (has_will || !is_3_1), ErrorKind::WillQoS3),
        (matches!(will_qos, 1 | 2) && !has_will && !is_3_1, ErrorKind::WillQoSWithoutWill),
        (flags & WILL_RETAIN != 0 && !has_will && !is_3_1, ErrorKind::WillRetainWithoutWill),
    ] {
        r.hold(!is_broken, at..at + 1, kind)?;
    }
    Ok(flags)
}

/// An empty one has the Server assign one; in 3.1.1 only together with Clean Session.
fn may_omit_client_id(version: Version, flags: u8) -> bool {
    match version {
        Version::V3_1 => false,
        Version::V3_1_1 => flags & CLEAN_START != 0,
        Version::V5 => true,
    }
}

const RESERVED: u8 = 0b0000_0001;
const CLEAN_START: u8 = 0b0000_0010;
const WILL_FLAG: u8 = 0b0000_0100;
const WILL_QOS: Bits = Bits::new(4, 3);
const WILL_RETAIN: u8 = 0b0010_0000;
const PASSWORD_FLAG: u8 = 0b0100_0000;
const USER_NAME_FLAG: u8 = 0b1000_0000;

const FLAGS: &[(FieldId, Bits)] = &[
    (FieldId::UserNameFlag, Bits::new(7, 7)),
    (FieldId::PasswordFlag, Bits::new(6, 6)),
    (FieldId::WillRetain, Bits::new(5, 5)),
    (FieldId::WillQoS, WILL_QOS),
    (FieldId::WillFlag, Bits::new(2, 2)),
    (FieldId::CleanStart, Bits::new(1, 1)),
    (FieldId::ConnectReserved, Bits::new(0, 0)),
];
