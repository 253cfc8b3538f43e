//! How a client reaches its broker, with the settings that go wrong most often (§6, §3.1.2.2).

use bytes::Bytes;

use crate::link::{SUBPROTOCOL, Target};
use crate::mqtt::{Connect, EncodeError, Packet, Version, body, encode_as};

/// The broker, subprotocol and version of the next connection of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `None` for the broker that the whole bench uses.
    pub target: Option<Target>,
    /// The WebSocket subprotocol it asks for; `mqtt` is right [MQTT-6.0.0-3], empty asks for none.
    pub subprotocol: String,
    /// The Protocol Version of CONNECT; 5 is right. Up to 4 the packet has the layout of 3.1.1, without
    /// properties.
    pub protocol_version: u8,
}

impl Default for Route {
    fn default() -> Route {
        Route {
            target: None,
            subprotocol: SUBPROTOCOL.to_owned(),
            protocol_version: Version::V5.level(),
        }
    }
}

impl Route {
    /// The bytes of the CONNECT in this version.
    pub(super) fn encode_connect(&self, connect: &Connect) -> Result<Bytes, EncodeError> {
        let version = match self.protocol_version {
            level if level <= Version::V3_1_1.level() => Version::V3_1_1,
            _ => Version::V5,
        };
        let bytes = encode_as(&Packet::Connect(Box::new(connect.clone())), version)?;
        if self.protocol_version == version.level() {
            return Ok(bytes);
        }
        let body = body(&bytes).expect("what was just encoded has a Fixed Header");
        let header = bytes.len() - body.len();
        let mut bytes = bytes.to_vec();
        bytes[header + PROTOCOL_NAME_LENGTH] = self.protocol_version;
        Ok(bytes.into())
    }
}

/// The Protocol Name `MQTT` with its length.
const PROTOCOL_NAME_LENGTH: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::Property;

    #[test]
    fn the_version_decides_the_layout_and_stands_at_its_place() {
        let properties = [Property::ReceiveMaximum(3)].into();
        let connect =
            Connect { client_id: "x".repeat(200).into(), properties, ..Connect::default() };
        let packet = Packet::Connect(Box::new(connect.clone()));
        let [old, whole] = [Version::V3_1_1, Version::V5]
            .map(|version| encode_as(&packet, version).expect("it fits"));
        for (version, layout) in [(3, &old), (4, &old), (5, &whole), (6, &whole)] {
            let route = Route { protocol_version: version, ..Route::default() };
            let bytes = route.encode_connect(&connect).expect("it fits");
            assert_eq!((bytes[9], bytes.len()), (version, layout.len()), "version {version}");
            assert_eq!((&bytes[..9], &bytes[10..]), (&layout[..9], &layout[10..]));
        }
    }
}
