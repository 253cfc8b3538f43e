//! CONNECT and what leads to its CONNACK (§3.1.4, §4.12).

use super::authentication::{Exchange, Step, check_method, check_password};
use super::connection::{Connected, KeepAlive, Phase, Rate};
use super::event::{Event, SessionEnd};
use super::message::seconds;
use super::policy::{Action, Request};
use super::session::{Presence, Session};
use super::{Broker, ClientId, ConnectionId, Output};
use crate::delivery::{Accepts, IncomingAliases, OutgoingAliases, Quota, Violation, fit_into};
use crate::mqtt::{
    Auth, ConnAck, Connect, Packet, PacketType, Properties, Property, QoS, ReasonCode, Sender,
};
use crate::time::Instant;

impl Broker {
    /// Before CONNACK a Server must not send DISCONNECT: it only closes [MQTT-3.1.0-1].
    pub(super) fn not_a_connect(&mut self, id: ConnectionId, packet: PacketType, now: Instant) {
        let text = format!("{} before CONNECT", packet.name());
        let reason = Violation::new(ReasonCode::ProtocolError, "[MQTT-3.1.0-1]", text);
        self.note(now, Some(id), None, Event::Refused { packet, reason });
        self.close(id, now);
    }

    pub(super) fn connect(&mut self, id: ConnectionId, connect: Box<Connect>, now: Instant) {
        let maximum = connect.properties.maximum_packet_size();
        if let Err(reason) = self.check_connect(&connect, now) {
            return self.refuse_connect(id, reason, maximum, now);
        }
        let Some(method) = connect.properties.authentication_method() else {
            return match check_password(&connect, &self.policy) {
                Ok(()) => {
                    let user = connect.user_name.as_ref().map(String::from);
                    self.authenticated(id, connect, user, None, now);
                }
                Err(reason) => self.refuse_connect(id, reason, maximum, now),
            };
        };
        let data = connect.properties.authentication_data();
        let step = check_method(method, &self.policy).and_then(|()| {
            Exchange::begin(data.map(|data| &data[..]), &self.policy, &mut self.entropy)
        });
        self.authentication_step(id, connect, step, now);
    }

    /// Before CONNACK a Client that authenticates sends AUTH or DISCONNECT only [MQTT-3.1.2-30].
    pub(super) fn while_authenticating(&mut self, id: ConnectionId, packet: Packet, now: Instant) {
        let Some(connection) = self.connections.get(&id) else { return };
        let Phase::Authenticating { connect, exchange, .. } = &connection.phase else { return };
        let (connect, exchange) = (connect.clone(), exchange.clone());
        let maximum = connect.properties.maximum_packet_size();
        let auth = match packet {
            Packet::Auth(auth) => auth,
            Packet::Disconnect(disconnect) => {
                let event = Event::ClientDisconnected(disconnect.reason_code);
                self.note(now, Some(id), None, event);
                return self.close(id, now);
            }
            other => {
                let text = format!("{} before CONNACK", other.packet_type().name());
                let reason = Violation::new(ReasonCode::ProtocolError, "[MQTT-3.1.2-30]", text);
                return self.refuse_connect(id, reason, maximum, now);
            }
        };
        let method = connect.properties.authentication_method();
        let step = continued(&auth, method)
            .and_then(|data| exchange.proceed(data, &self.policy, &mut self.entropy));
        self.authentication_step(id, connect, step, now);
    }

    /// AUTH on an established connection (§4.12.1).
    pub(super) fn re_authenticate(&mut self, id: ConnectionId, auth: Auth, now: Instant) {
        let Some(connected) = self.connected(id) else { return };
        let method = connected.authentication_method.clone();
        let (user, running) = (connected.user.clone(), connected.exchange.clone());
        let step = match (&method, running, auth.reason_code) {
            (None, ..) => Err(Violation::new(
                ReasonCode::ProtocolError,
                "[MQTT-4.12.0-7]",
                "AUTH on a connection whose CONNECT named no Authentication Method",
            )),
            (Some(_), None, ReasonCode::ReAuthenticate) => {
                check_same_method(&auth, method.as_deref()).and_then(|()| {
                    let data = auth.properties.authentication_data().map(|data| &data[..]);
                    Exchange::begin(data, &self.policy, &mut self.entropy)
                })
            }
            (Some(_), Some(exchange), _) => continued(&auth, method.as_deref())
                .and_then(|data| exchange.proceed(data, &self.policy, &mut self.entropy)),
            (Some(_), None, _) => Err(Violation::new(
                ReasonCode::ProtocolError,
                "§4.12.1",
                "re-authentication begins with AUTH 0x19",
            )),
        };
        let method = method.unwrap_or_default();
        match step {
            Ok(Step::Continue(exchange, data)) => {
                if let Some((connected, _)) = self.halves(id) {
                    connected.exchange = Some(Box::new(exchange));
                }
                self.send(id, auth_packet(ReasonCode::ContinueAuthentication, &method, data));
            }
            // Re-authentication must not change the user.
            Ok(Step::Proved { user: proved, .. }) if Some(&proved) != user.as_ref() => {
                let text = format!("the connection does not belong to {proved}");
                let reason = Violation::new(ReasonCode::NotAuthorized, "[MQTT-4.12.1-2]", text);
                self.fail(id, reason, now);
            }
            Ok(Step::Proved { user, credentials, values, server_final }) => {
                let client_id = self.halves(id).map(|(connected, _)| {
                    connected.exchange = None;
                    connected.client_id.clone()
                });
                let event = Event::Authenticated { user, again: true, credentials, values };
                self.note(now, Some(id), client_id, event);
                self.send(id, auth_packet(ReasonCode::Success, &method, Some(server_final)));
            }
            Err(reason) => self.fail(id, reason, now),
        }
    }

    /// CONNACK with a Reason Code of 0x80 or more, and the end of the connection [MQTT-3.2.2-7].
    pub(super) fn refuse_connect(
        &mut self,
        id: ConnectionId,
        reason: Violation,
        maximum_packet_size: Option<u32>,
        now: Instant,
    ) {
        let allowed = reason.reason_code.allowed_in(PacketType::ConnAck, Some(Sender::Server));
        let reason_code = if allowed { reason.reason_code } else { ReasonCode::UnspecifiedError };
        let properties = self.explain(id, PacketType::ConnAck, &reason);
        // Session Present is 0 with an error [MQTT-3.2.2-6].
        let connack = ConnAck { session_present: false, reason_code, properties };
        if let Some(packet) = fit_into(Packet::ConnAck(connack), maximum_packet_size) {
            self.outputs.push_back(Output::Send(id, packet));
        }
        self.note(now, Some(id), None, Event::Refused { packet: PacketType::Connect, reason });
        self.close(id, now);
    }

    /// Checks everything in a CONNECT except who sends it.
    fn check_connect(&mut self, connect: &Connect, now: Instant) -> Result<(), Violation> {
        use ReasonCode as R;
        let policy = &self.policy;
        if let Some(code) = policy.availability.refusal() {
            return Err(Violation::new(code, "§4.11", "no Clients are taken here now"));
        }
        if !self.connect_rate.admit(policy.connections_per_second, now) {
            let text = "too many CONNECTs a second";
            return Err(Violation::new(R::ConnectionRateExceeded, "§3.2.2.2", text));
        }
        let client_id = &*connect.client_id;
        if client_id.is_empty() && !policy.assign_client_ids {
            let text = "this Server assigns no Client Identifier";
            return Err(Violation::new(R::ClientIdentifierNotValid, "[MQTT-3.1.3-8]", text));
        }
        if client_id.len() > usize::from(policy.maximum_client_id_length.max(23)) {
            let text = "the Client Identifier is too long";
            return Err(Violation::new(R::ClientIdentifierNotValid, "[MQTT-3.1.3-8]", text));
        }
        if policy.banned.iter().any(|banned| banned == client_id) {
            return Err(Violation::new(R::Banned, "[MQTT-3.1.4-2]", "this Client is banned"));
        }
        let user = connect.user_name.as_deref();
        let request = Request { action: Action::Connect, user, client_id, topic: None };
        if let Some(code) = policy.refusal_by_rule(&request, PacketType::ConnAck) {
            return Err(Violation::new(code, "[MQTT-3.1.4-2]", "a rule refuses this CONNECT"));
        }
        let connected = self.sessions.values().filter(|s| s.connection().is_some());
        if let Some(maximum) = policy.maximum_connections
            && connected.filter(|s| &*s.client_id != client_id).count() >= maximum as usize
        {
            let text = "too many Clients are connected";
            return Err(Violation::new(R::QuotaExceeded, "[MQTT-3.1.4-2]", text));
        }
        self.check_will(connect)
    }

    fn authentication_step(
        &mut self,
        id: ConnectionId,
        connect: Box<Connect>,
        step: Result<Step, Violation>,
        now: Instant,
    ) {
        let maximum = connect.properties.maximum_packet_size();
        let method = connect.properties.authentication_method().unwrap_or_default().to_owned();
        match step {
            Ok(Step::Continue(exchange, data)) => {
                let Some(connection) = self.connections.get_mut(&id) else { return };
                let give_up_at = connection.opened_at + seconds(self.policy.connect_timeout);
                let exchange = Box::new(exchange);
                connection.phase = Phase::Authenticating { connect, exchange, give_up_at };
                let packet = auth_packet(ReasonCode::ContinueAuthentication, &method, data);
                match fit_into(packet, maximum) {
                    Some(packet) => self.outputs.push_back(Output::Send(id, packet)),
                    None => self.close(id, now),
                }
            }
            Ok(Step::Proved { user, credentials, values, server_final }) => {
                let event =
                    Event::Authenticated { user: user.clone(), again: false, credentials, values };
                self.note(now, Some(id), Some(connect.client_id.as_str().into()), event);
                let proof = Some((method, server_final));
                self.authenticated(id, connect, Some(user), proof, now);
            }
            Err(reason) => self.refuse_connect(id, reason, maximum, now),
        }
    }

    /// The Client is authenticated: takes over, resumes or creates its Session, and answers with CONNACK.
    fn authenticated(
        &mut self,
        id: ConnectionId,
        connect: Box<Connect>,
        user: Option<String>,
        proof: Option<(String, String)>,
        now: Instant,
    ) {
        let assigned = connect.client_id.is_empty().then(|| self.assign_client_id());
        let client_id =
            assigned.clone().unwrap_or_else(|| ClientId::from(connect.client_id.as_str()));
        self.take_over(&client_id, now);
        match connect.clean_start {
            true => self.end_session(&client_id, SessionEnd::CleanStart, now),
            // Back before its Will was due.
            false => self.discard_will(&client_id, "[MQTT-3.1.3-9]", now),
        }
        let session_present = self.sessions.contains_key(&client_id);
        let properties = &connect.properties;
        let asked_expiry = properties.session_expiry_interval().unwrap_or(0);
        let expiry_interval = self.capped_expiry(asked_expiry);
        let keep_alive = self.policy.keep_alive(connect.keep_alive);
        let connack = ConnAck {
            session_present,
            reason_code: ReasonCode::Success,
            properties: self.capabilities(&connect, expiry_interval, &client_id, proof),
        };
        let accepts = Accepts::of_connect(&connect);
        // A Client that cannot take the CONNACK cannot be served [MQTT-3.1.2-24].
        let Some(packet) = fit_into(Packet::ConnAck(connack), accepts.maximum_packet_size) else {
            return self.close(id, now);
        };

        let created = || Session::new(client_id.clone(), id, now);
        let session = self.sessions.entry(client_id.clone()).or_insert_with(created);
        session.presence = Presence::Connected(id);
        session.expiry_interval = expiry_interval;
        session.user = user.clone();
        session.will = connect.will.clone();
        let redelivery = session.outgoing.redelivery();

        let Some(connection) = self.connections.get_mut(&id) else { return };
        let announced = self.policy.accepts();
        connection.announced = announced;
        let maximum_connect_time = self.policy.maximum_connect_time;
        connection.phase = Phase::Connected(Box::new(Connected {
            client_id: client_id.clone(),
            user,
            connected_at: now,
            keep_alive: KeepAlive { secs: keep_alive, last_heard: now },
            ends_at: maximum_connect_time.map(|secs| now + seconds(secs)),
            may_extend_session: asked_expiry > 0,
            maximum_packet_size: accepts.maximum_packet_size,
            problem_information: properties.request_problem_information() != Some(0),
            authentication_method: properties.authentication_method().map(str::to_owned),
            exchange: None,
            receiving: Quota::new(announced.receive_maximum),
            sending: Quota::new(accepts.receive_maximum),
            redelivery,
            incoming_aliases: IncomingAliases::new(announced.topic_alias_maximum),
            outgoing_aliases: OutgoingAliases::new(accepts.topic_alias_maximum),
            publish_rate: Rate::default(),
        }));
        self.arm_connection(id);
        self.arm_session(&client_id);
        self.outputs.push_back(Output::Send(id, packet));
        let origin = if session_present { Event::SessionResumed } else { Event::SessionCreated };
        self.note(now, Some(id), Some(client_id.clone()), origin);
        self.note(now, Some(id), Some(client_id), Event::Accepted { session_present });
        self.pump(id, now);
    }

    /// A Client Identifier that belongs to no Session [MQTT-3.2.2-16].
    fn assign_client_id(&mut self) -> ClientId {
        loop {
            let random: String =
                self.entropy.draw()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            let client_id = ClientId::from(format!("auto-{random}"));
            if !self.sessions.contains_key(&client_id) {
                return client_id;
            }
        }
    }

    /// The Session Expiry Interval that is granted.
    pub(super) fn capped_expiry(&self, asked: u32) -> u32 {
        asked.min(self.policy.session_expiry_maximum.unwrap_or(u32::MAX))
    }

    /// The properties of CONNACK: only those whose value differs from the default.
    fn capabilities(
        &self,
        connect: &Connect,
        expiry_interval: u32,
        client_id: &ClientId,
        proof: Option<(String, String)>,
    ) -> Properties {
        use Property as P;
        let policy = &self.policy;
        let asked = &connect.properties;
        let unavailable = |available: bool| (!available).then_some(0);
        let wants_response_information = asked.request_response_information() == Some(1);
        let keep_alive = policy.keep_alive(connect.keep_alive);
        let (method, server_final) = proof.unzip();
        [
            (expiry_interval != asked.session_expiry_interval().unwrap_or(0))
                .then_some(P::SessionExpiryInterval(expiry_interval)),
            (policy.receive_maximum != u16::MAX)
                .then_some(P::ReceiveMaximum(policy.receive_maximum.max(1))),
            // Present below QoS 2 only [MQTT-3.2.2-9].
            (policy.maximum_qos < QoS::ExactlyOnce)
                .then_some(P::MaximumQoS(policy.maximum_qos.bits())),
            unavailable(policy.retain_available).map(P::RetainAvailable),
            policy.maximum_packet_size.filter(|size| *size > 0).map(P::MaximumPacketSize),
            connect
                .client_id
                .is_empty()
                .then(|| P::AssignedClientIdentifier((&**client_id).into())),
            (policy.topic_alias_maximum > 0)
                .then_some(P::TopicAliasMaximum(policy.topic_alias_maximum)),
            unavailable(policy.wildcard_subscription_available)
                .map(P::WildcardSubscriptionAvailable),
            unavailable(policy.subscription_identifier_available)
                .map(P::SubscriptionIdentifierAvailable),
            unavailable(policy.shared_subscription_available).map(P::SharedSubscriptionAvailable),
            (policy.server_keep_alive.is_some() || keep_alive != connect.keep_alive)
                .then_some(P::ServerKeepAlive(keep_alive)),
            // Only for a Client that asked [MQTT-3.1.2-28].
            wants_response_information
                .then(|| policy.response_information(client_id))
                .flatten()
                .map(|text| P::ResponseInformation(text.into())),
            method.map(|method| P::AuthenticationMethod(method.into())),
            server_final.map(|data| P::AuthenticationData(data.into())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The Authentication Data of an AUTH that continues an exchange.
fn continued<'a>(auth: &'a Auth, method: Option<&str>) -> Result<&'a [u8], Violation> {
    check_same_method(auth, method)?;
    if auth.reason_code != ReasonCode::ContinueAuthentication {
        let text = "an exchange goes on with AUTH 0x18";
        return Err(Violation::new(ReasonCode::ProtocolError, "[MQTT-4.12.0-3]", text));
    }
    Ok(auth.properties.authentication_data().map(|data| &data[..]).unwrap_or_default())
}

/// Every AUTH names the method of the CONNECT [MQTT-4.12.0-5].
fn check_same_method(auth: &Auth, method: Option<&str>) -> Result<(), Violation> {
    match auth.properties.authentication_method() == method {
        true => Ok(()),
        false => Err(Violation::new(
            ReasonCode::BadAuthenticationMethod,
            "[MQTT-4.12.0-5]",
            "AUTH names another Authentication Method than CONNECT did",
        )),
    }
}

fn auth_packet(reason_code: ReasonCode, method: &str, data: Option<String>) -> Packet {
    let data = data.map(|data| Property::AuthenticationData(data.into()));
    let method = Property::AuthenticationMethod(method.into());
    let properties = [Some(method), data].into_iter().flatten().collect();
    Packet::Auth(Auth { reason_code, properties })
}
