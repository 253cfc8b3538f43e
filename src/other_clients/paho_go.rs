//! Paho for Go, 0.23: `github.com/eclipse/paho.golang`.

use super::place::Place;
use super::quote::{go, go_bytes};
use super::{Note, Notes, Task, others, push_line};
use crate::mqtt::{
    Connect, Disconnect, Packet, Properties, Property, PropertyId, PropertyValue, Publish,
    Subscribe, Subscription, Unsubscribe, Will,
};

pub(super) fn write(task: &Task, place: &Place, notes: &mut Notes) -> String {
    let mut program = Program { body: String::new(), notes };
    program.open(place, &task.action);
    program.connect(&task.connect);
    match &task.action {
        Packet::Publish(publish) => program.publish(publish),
        Packet::Subscribe(subscribe) => program.subscribe(subscribe),
        Packet::Unsubscribe(unsubscribe) => program.unsubscribe(unsubscribe),
        Packet::Disconnect(disconnect) => program.disconnect(Some(disconnect)),
        _ => program.wait(),
    }
    program.finish(place)
}

struct Program<'a> {
    body: String,
    notes: &'a mut Notes,
}

impl Program<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        push_line(&mut self.body, "	", line.as_ref());
    }

    fn lines(&mut self, lines: &[&str]) {
        for line in lines {
            self.line(line);
        }
    }

    fn open(&mut self, place: &Place, action: &Packet) {
        match place {
            Place::Tcp { host, port } => {
                let address = match host.contains(':') {
                    true => format!("[{host}]:{port}"),
                    false => format!("{host}:{port}"),
                };
                self.line(format!("conn, err := net.Dial(\"tcp\", {})", go(&address)));
            }
            Place::WebSocket { url, .. } => self.line(format!(
                "conn, err := websocket.Dial({}, \"mqtt\", \"http://localhost\")",
                go(url)
            )),
        }
        self.lines(&["if err != nil {", "\tlog.Fatal(err)", "}"]);
        if matches!(place, Place::WebSocket { .. }) {
            self.line("conn.PayloadType = websocket.BinaryFrame");
        }
        let mut config = vec![("Conn", Go::word("conn"))];
        if matches!(action, Packet::Connect(_) | Packet::Subscribe(_)) {
            let receive = [
                "[]func(paho.PublishReceived) (bool, error){",
                "\t\tfunc(message paho.PublishReceived) (bool, error) {",
                "\t\t\tfmt.Println(message.Packet.Topic, string(message.Packet.Payload))",
                "\t\t\treturn true, nil",
                "\t\t},",
                "\t}",
            ];
            config.push(("OnPublishReceived", Go::word(receive.join("\n\t"))));
        }
        config.push((
            "OnServerDisconnect",
            Go::word(
                [
                    "func(disconnect *paho.Disconnect) {",
                    "\t\tlog.Fatalf(\"DISCONNECT: 0x%02x\", disconnect.ReasonCode)",
                    "\t}",
                ]
                .join("\n\t"),
            ),
        ));
        let config = Go::Struct("paho.ClientConfig", config).write(1);
        self.line(format!("client := paho.NewClient({config})"));
        self.lines(&["ctx := context.Background()", ""]);
    }

    fn connect(&mut self, connect: &Connect) {
        let mut members = vec![
            ("ClientID", Go::word(go(&connect.client_id))),
            ("CleanStart", Go::word(connect.clean_start.to_string())),
            ("KeepAlive", Go::word(connect.keep_alive.to_string())),
        ];
        if let Some(user_name) = &connect.user_name {
            members.push(("UsernameFlag", Go::word("true")));
            members.push(("Username", Go::word(go(user_name))));
        }
        if let Some(password) = &connect.password {
            members.push(("PasswordFlag", Go::word("true")));
            members.push(("Password", Go::word(go_bytes(password))));
        }
        let mut properties = self.properties(&connect.properties);
        // Where there are any, it would send 0 by itself.
        if !properties.is_empty() && connect.properties.request_problem_information() != Some(0) {
            properties.push(("RequestProblemInfo", Go::word("true")));
        }
        if !properties.is_empty() {
            members.push(("Properties", Go::Struct("&paho.ConnectProperties", properties)));
        }
        if let Some(will) = &connect.will {
            self.will(will, &mut members);
        }
        let connect = Go::Struct("&paho.Connect", members).write(1);
        self.line(format!("connack, err := client.Connect(ctx, {connect})"));
        self.lines(&["if err != nil {", "\tlog.Fatal(err)", "}"]);
        self.line(
            "fmt.Printf(\"CONNACK: 0x%02x, Session Present %t\\n\", connack.ReasonCode, connack.SessionPresent)",
        );
        self.line("");
    }

    fn will(&mut self, will: &Will, members: &mut Vec<(&'static str, Go)>) {
        let message = vec![
            ("Topic", Go::word(go(&will.topic))),
            ("Payload", Go::word(go_bytes(&will.payload))),
            ("QoS", Go::word(will.qos.bits().to_string())),
            ("Retain", Go::word(will.retain.to_string())),
        ];
        members.push(("WillMessage", Go::Struct("&paho.WillMessage", message)));
        let are_sent = |property: &Property| property.id() == PropertyId::WillDelayInterval;
        let all_sent = others(&will.properties).all(are_sent);
        self.notes.add_if(!all_sent, Note::WillPropertiesNotSent);
        let properties = self.properties(&will.properties);
        if !properties.is_empty() {
            members.push(("WillProperties", Go::Struct("&paho.WillProperties", properties)));
        }
    }

    fn publish(&mut self, publish: &Publish) {
        let mut members = vec![
            ("Topic", Go::word(go(&publish.topic))),
            ("QoS", Go::word(publish.qos.bits().to_string())),
            ("Retain", Go::word(publish.retain.to_string())),
            ("Payload", Go::word(go_bytes(&publish.payload))),
        ];
        self.add_properties("&paho.PublishProperties", &publish.properties, &mut members);
        let publish = Go::Struct("&paho.Publish", members).write(1);
        self.line(format!("if _, err := client.Publish(ctx, {publish}); err != nil {{"));
        self.lines(&["\tlog.Fatal(err)", "}"]);
        self.disconnect(None);
    }

    fn subscribe(&mut self, subscribe: &Subscribe) {
        if let Some(identifier) = subscribe.properties.subscription_identifier() {
            self.line(format!("identifier := {identifier}"));
        }
        let subscription = |subscription: &Subscription| {
            Go::List(
                "",
                vec![
                    format!("Topic: {}", go(&subscription.topic_filter)),
                    format!("QoS: {}", subscription.qos.bits()),
                    format!("NoLocal: {}", subscription.no_local),
                    format!("RetainAsPublished: {}", subscription.retain_as_published),
                    format!("RetainHandling: {}", subscription.retain_handling.bits()),
                ],
            )
        };
        let subscriptions = subscribe.subscriptions.iter().map(subscription).collect();
        let mut members =
            vec![("Subscriptions", Go::Lines("[]paho.SubscribeOptions", subscriptions))];
        self.add_properties("&paho.SubscribeProperties", &subscribe.properties, &mut members);
        let subscribe = Go::Struct("&paho.Subscribe", members).write(1);
        self.line(format!("suback, err := client.Subscribe(ctx, {subscribe})"));
        self.lines(&["if err != nil {", "\tlog.Fatal(err)", "}"]);
        self.line("fmt.Printf(\"SUBACK: % x\\n\", suback.Reasons)");
        self.line("");
        self.wait();
    }

    fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        let filters = unsubscribe.topic_filters.iter().map(|filter| go(filter)).collect();
        let mut members = vec![("Topics", Go::List("[]string", filters))];
        self.add_properties("&paho.UnsubscribeProperties", &unsubscribe.properties, &mut members);
        let unsubscribe = Go::Struct("&paho.Unsubscribe", members).write(1);
        self.line(format!("unsuback, err := client.Unsubscribe(ctx, {unsubscribe})"));
        self.lines(&["if err != nil {", "\tlog.Fatal(err)", "}"]);
        self.line("fmt.Printf(\"UNSUBACK: % x\\n\", unsuback.Reasons)");
        self.disconnect(None);
    }

    fn disconnect(&mut self, disconnect: Option<&Disconnect>) {
        let code = disconnect.map_or(0, |disconnect| disconnect.reason_code.value());
        let mut members = vec![("ReasonCode", Go::word(format!("0x{code:02x}")))];
        if let Some(disconnect) = disconnect {
            self.add_properties("&paho.DisconnectProperties", &disconnect.properties, &mut members);
        }
        let disconnect = match members.len() {
            1 => format!("&paho.Disconnect{{ReasonCode: 0x{code:02x}}}"),
            _ => Go::Struct("&paho.Disconnect", members).write(1),
        };
        self.line(format!("if err := client.Disconnect({disconnect}); err != nil {{"));
        self.lines(&["\tlog.Fatal(err)", "}"]);
    }

    fn wait(&mut self) {
        self.line("<-client.Done()");
    }

    fn add_properties(
        &mut self,
        type_name: &'static str,
        properties: &Properties,
        members: &mut Vec<(&'static str, Go)>,
    ) {
        let properties = self.properties(properties);
        if !properties.is_empty() {
            members.push(("Properties", Go::Struct(type_name, properties)));
        }
    }

    /// The members of Paho's struct, in wire order.
    fn properties(&mut self, properties: &Properties) -> Vec<(&'static str, Go)> {
        let mut members: Vec<_> =
            others(properties).filter_map(|property| self.property(property)).collect();
        let pairs: Vec<_> = properties
            .user_properties()
            .map(|(name, value)| {
                Go::List("", vec![format!("Key: {}", go(name)), format!("Value: {}", go(value))])
            })
            .collect();
        if !pairs.is_empty() {
            members.push(("User", Go::Lines("paho.UserProperties", pairs)));
        }
        members
    }

    fn property(&mut self, property: &Property) -> Option<(&'static str, Go)> {
        let id = property.id();
        let value = match property.value() {
            // Either is a bool, and sent only where it is not as it is by default.
            PropertyValue::Byte(value) if id == PropertyId::RequestResponseInformation => {
                self.notes.add_if(value == 0, Note::NotSent(id.name()));
                (value == 1).to_string()
            }
            PropertyValue::Byte(0) if id == PropertyId::RequestProblemInformation => {
                "false".to_owned()
            }
            PropertyValue::Byte(_) if id == PropertyId::RequestProblemInformation => {
                self.notes.add(Note::NotSent(id.name()));
                return None;
            }
            PropertyValue::Byte(value) => format!("paho.Byte({value})"),
            PropertyValue::TwoByteInteger(value) => format!("paho.Uint16({value})"),
            PropertyValue::FourByteInteger(value) => format!("paho.Uint32({value})"),
            PropertyValue::VariableByteInteger(_) => "&identifier".to_owned(),
            PropertyValue::Utf8String(text) => {
                self.notes.add_if(text.is_empty(), Note::NotSent(id.name()));
                go(text)
            }
            PropertyValue::BinaryData(bytes) => {
                self.notes.add_if(bytes.is_empty(), Note::NotSent(id.name()));
                go_bytes(bytes)
            }
            PropertyValue::StringPair(..) => return None,
        };
        Some((member(id), Go::Word(value)))
    }

    fn finish(self, place: &Place) -> String {
        let mut out = String::from(
            "// go mod init elsewhere\n// go get github.com/eclipse/paho.golang@v0.23.0\n",
        );
        if matches!(place, Place::WebSocket { .. }) {
            out.push_str("// go get golang.org/x/net\n");
        }
        out.push_str("package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"log\"\n");
        if matches!(place, Place::Tcp { .. }) {
            out.push_str("\t\"net\"\n");
        }
        out.push_str("\n\t\"github.com/eclipse/paho.golang/paho\"\n");
        if matches!(place, Place::WebSocket { .. }) {
            out.push_str("\t\"golang.org/x/net/websocket\"\n");
        }
        out.push_str(")\n\nfunc main() {\n");
        out + &self.body + "}\n"
    }
}

/// What Go writes as a literal, as gofmt lays it out.
enum Go {
    /// Written already.
    Word(String),
    /// A member a line.
    Struct(&'static str, Vec<(&'static str, Go)>),
    /// In one line.
    List(&'static str, Vec<String>),
    /// An item a line.
    Lines(&'static str, Vec<Go>),
}

impl Go {
    fn word(word: impl Into<String>) -> Go {
        Go::Word(word.into())
    }

    fn write(&self, depth: usize) -> String {
        let margin = "\t".repeat(depth);
        match self {
            Go::Word(word) => word.clone(),
            Go::List(type_name, items) => format!("{type_name}{{{}}}", items.join(", ")),
            Go::Lines(type_name, items) => {
                let lines: String = items
                    .iter()
                    .map(|item| format!("{margin}\t{},\n", item.write(depth + 1)))
                    .collect();
                format!("{type_name}{{\n{lines}{margin}}}")
            }
            Go::Struct(type_name, members) => {
                let members: Vec<_> =
                    members.iter().map(|(key, value)| (*key, value.write(depth + 1))).collect();
                // Values stand in a column, but for those of more than one line.
                let column = |run: &[(&str, String)]| run.iter().map(|(key, _)| key.len()).max();
                let runs = members
                    .chunk_by(|(_, one), (_, next)| !one.contains('\n') && !next.contains('\n'));
                let lines: String = runs
                    .flat_map(|run| {
                        let width = column(run).unwrap_or_default() + 1;
                        run.iter().map(move |(key, value)| (width, key, value))
                    })
                    .map(|(width, key, value)| {
                        format!("{margin}\t{:width$} {value},\n", format!("{key}:"))
                    })
                    .collect();
                format!("{type_name}{{\n{lines}{margin}}}")
            }
        }
    }
}

/// The names in Paho, which are shorter than the specification's.
fn member(id: PropertyId) -> &'static str {
    match id {
        PropertyId::PayloadFormatIndicator => "PayloadFormat",
        PropertyId::MessageExpiryInterval => "MessageExpiry",
        PropertyId::ContentType => "ContentType",
        PropertyId::ResponseTopic => "ResponseTopic",
        PropertyId::CorrelationData => "CorrelationData",
        PropertyId::SubscriptionIdentifier => "SubscriptionIdentifier",
        PropertyId::SessionExpiryInterval => "SessionExpiryInterval",
        PropertyId::AuthenticationMethod => "AuthMethod",
        PropertyId::AuthenticationData => "AuthData",
        PropertyId::WillDelayInterval => "WillDelayInterval",
        PropertyId::RequestProblemInformation => "RequestProblemInfo",
        PropertyId::RequestResponseInformation => "RequestResponseInfo",
        PropertyId::ServerReference => "ServerReference",
        PropertyId::ReasonString => "ReasonString",
        PropertyId::ReceiveMaximum => "ReceiveMaximum",
        PropertyId::TopicAliasMaximum => "TopicAliasMaximum",
        PropertyId::TopicAlias => "TopicAlias",
        PropertyId::MaximumPacketSize => "MaximumPacketSize",
        // Of no packet that a client sends.
        _ => "",
    }
}
