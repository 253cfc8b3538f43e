//! Enhanced authentication.

use super::*;

const AUTHENTICATION: Probe = Probe { chapter: Chapter::Authentication, ..PROBE };

pub(super) const PROBES: &[Probe] = &[
    Probe {
        id: "method-unknown",
        cites: &["[MQTT-4.12.0-1]", "§4.12", "[MQTT-4.12.0-4]", "[MQTT-3.1.4-2]"],
        title: [
            "An Authentication Method nobody has is refused",
            "知られていないAuthentication Methodは拒まれます",
        ],
        matters: [
            "A client that demands a method is let in without it.",
            "認証方式を求めたクライアントが、それなしで受け入れられます。",
        ],
        script: |s| {
            s.try_open(A, |c| {
                c.properties.push(Property::AuthenticationMethod("X-NOBODY-HAS-THIS".into()));
            });
            s.until_closed(A);
        },
        judge: |e| e.refused(A),
        ..AUTHENTICATION
    },
    Probe {
        id: "no-method-no-auth",
        cites: &["[MQTT-4.12.0-6]"],
        title: [
            "Without a method in CONNECT there is no AUTH, and none in CONNACK",
            "CONNECTに方式がなければ、AUTHもCONNACKの方式もありません",
        ],
        matters: [
            "Clients without enhanced authentication get packets they cannot answer.",
            "拡張認証を使わないクライアントに、答えられないパケットが届きます。",
        ],
        script: |s| s.open(A),
        judge: |e| {
            let has = e.received(A).iter().any(|got| {
                got.packet.packet_type() == PacketType::Auth
                    || got.packet.properties().authentication_method().is_some()
            });
            e.verdict(!has, if has { "Authentication Method" } else { "–" }, e.evidence(A))
        },
        ..AUTHENTICATION
    },
    Probe {
        id: "scram",
        cites: &["§4.12", "[MQTT-4.12.0-2]", "[MQTT-4.12.0-5]", "[MQTT-3.15.2-1]"],
        title: [
            "SCRAM-SHA-256 is offered, and AUTH 0x18 names it",
            "SCRAM-SHA-256が使え、AUTH 0x18に方式名が付きます",
        ],
        matters: [
            "Passwords have to be sent as they are, protected by TLS alone.",
            "パスワードをそのまま送ることになり、守りはTLSだけになります。",
        ],
        is_choice: true,
        script: |s| {
            s.open_part(A, Vec::new());
            let mut connect = s.connect(A);
            connect.user_name = None;
            connect.password = None;
            connect.properties.push(Property::AuthenticationMethod("SCRAM-SHA-256".into()));
            let data = "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL";
            connect.properties.push(Property::AuthenticationData(data.into()));
            s.send(A, Packet::Connect(Box::new(connect)));
            s.pass(400);
        },
        judge: |e| {
            let auth = e.received(A).into_iter().find_map(|got| match got.packet {
                Packet::Auth(auth) => Some((got.id, auth)),
                _ => None,
            });
            match auth {
                Some((id, auth)) => {
                    let right = auth.reason_code == ReasonCode::ContinueAuthentication
                        && auth.properties.authentication_method() == Some("SCRAM-SHA-256");
                    e.verdict(right, e.brief(&Packet::Auth(auth)), vec![id])
                }
                None => e.not_offered(e.told(A), e.evidence(A)),
            }
        },
        ..AUTHENTICATION
    },
    Probe {
        id: "auth-out-of-place",
        cites: &["§4.12.1", "[MQTT-4.13.1-1]"],
        title: [
            "AUTH on a connection without a method ends it",
            "方式のない接続でのAUTHは、接続を終わらせます",
        ],
        matters: [
            "A client that tries to authenticate again believes that it did.",
            "再認証を試みたクライアントが、成功したと思い込みます。",
        ],
        script: |s| {
            s.open(A);
            let properties = Properties::from([Property::AuthenticationMethod("X".into())]);
            let reason_code = ReasonCode::ReAuthenticate;
            s.send(A, Packet::Auth(Auth { reason_code, properties }));
            s.settle();
        },
        judge: |e| e.refused(A),
        ..AUTHENTICATION
    },
];
