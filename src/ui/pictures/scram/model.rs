//! The values of one exchange in the order in which they follow from each other.

use crate::capture::{Capture, RecordId};
use crate::course::support::scram::{End, Exchange, PASSWORD, USER, exchanges};
use crate::mqtt::hex_groups;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub rows: Vec<Row>,
    /// Whether the Client has shown that it knows the password.
    pub client: Proof,
    /// Whether the Server has shown that it knows the user.
    pub server: Proof,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub quantity: Quantity,
    /// Binary values in hexadecimal digits; `None` while it is not known, or cannot be.
    pub value: Option<String>,
    /// Where it stands on the wire: the packet, the attribute, and the text of it where that differs.
    pub wire: Option<OnWire>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnWire {
    pub id: RecordId,
    pub attribute: &'static str,
    pub text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    UserName,
    ClientNonce,
    ServerNonce,
    Salt,
    Iterations,
    Password,
    SaltedPassword,
    ClientKey,
    StoredKey,
    ServerKey,
    AuthMessage,
    ClientSignature,
    ClientProof,
    ServerSignature,
}

/// How a quantity comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Sent as it is.
    Sent,
    /// Never sent.
    Secret,
    /// Computed by this, from others.
    Computed(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Still to come.
    Pending,
    Right,
    Wrong,
    /// Nobody has a password for this name, so there is nothing to check it with.
    NoUser,
    /// The Server has refused, and proves nothing.
    Withheld,
}

impl Quantity {
    /// Its name where the RFC has one.
    pub fn name(self) -> Option<&'static str> {
        use Quantity as Q;
        Some(match self {
            Q::SaltedPassword => "SaltedPassword",
            Q::ClientKey => "ClientKey",
            Q::StoredKey => "StoredKey",
            Q::ServerKey => "ServerKey",
            Q::AuthMessage => "AuthMessage",
            Q::ClientSignature => "ClientSignature",
            Q::ClientProof => "ClientProof",
            Q::ServerSignature => "ServerSignature",
            _ => return None,
        })
    }

    pub fn origin(self) -> Origin {
        use Quantity as Q;
        match self {
            Q::UserName | Q::ClientNonce | Q::ServerNonce | Q::Salt | Q::Iterations => Origin::Sent,
            Q::Password => Origin::Secret,
            Q::SaltedPassword => Origin::Computed("PBKDF2(password, salt, i)"),
            Q::ClientKey => Origin::Computed("HMAC(SaltedPassword, \"Client Key\")"),
            Q::StoredKey => Origin::Computed("SHA-256(ClientKey)"),
            Q::ServerKey => Origin::Computed("HMAC(SaltedPassword, \"Server Key\")"),
            Q::AuthMessage => Origin::Computed("client-first , server-first , client-final"),
            Q::ClientSignature => Origin::Computed("HMAC(StoredKey, AuthMessage)"),
            Q::ClientProof => Origin::Computed("ClientKey ⊕ ClientSignature"),
            Q::ServerSignature => Origin::Computed("HMAC(ServerKey, AuthMessage)"),
        }
    }

    /// What one side sends to convince the other.
    pub fn is_proof(self) -> bool {
        matches!(self, Quantity::ClientProof | Quantity::ServerSignature)
    }

    /// What a server keeps of a user instead of the password.
    pub fn is_stored(self) -> bool {
        use Quantity as Q;
        matches!(self, Q::Salt | Q::Iterations | Q::StoredKey | Q::ServerKey)
    }
}

/// The exchanges of all clients, oldest first.
pub fn in_capture(capture: &Capture) -> Vec<Exchange> {
    exchanges(capture.records())
}

/// Computes everything anew; the slow part takes thousands of hashes.
pub fn sheet(exchange: &Exchange) -> Sheet {
    let is_user = exchange.first.1.user_name == USER;
    let rows = rows(exchange, is_user);
    let client = match exchange.is_proof_right(PASSWORD) {
        _ if !is_user => Proof::NoUser,
        Some(true) => Proof::Right,
        Some(false) => Proof::Wrong,
        None => Proof::Pending,
    };
    let server = match exchange.is_server_right(PASSWORD) {
        _ if exchange.refusal().is_some() => Proof::Withheld,
        _ if !is_user => Proof::NoUser,
        Some(true) => Proof::Right,
        Some(false) => Proof::Wrong,
        None => Proof::Pending,
    };
    Sheet { rows, client, server }
}

fn rows(exchange: &Exchange, is_user: bool) -> Vec<Row> {
    use Quantity as Q;
    let (id, first) = &exchange.first;
    let wire = |id: RecordId, attribute, text| Some(OnWire { id, attribute, text });
    let sent = |quantity, value: &str, id, attribute| Row {
        quantity,
        value: Some(value.to_owned()),
        wire: wire(id, attribute, None),
    };
    let mut rows = vec![
        sent(Q::UserName, &first.user_name, *id, "n="),
        sent(Q::ClientNonce, &first.nonce, *id, "r="),
    ];
    match &exchange.challenge {
        Some((id, challenge)) => {
            let added = challenge.nonce.strip_prefix(&first.nonce).unwrap_or(&challenge.nonce);
            let salt = attribute(challenge.message(), "s=");
            rows.push(sent(Q::ServerNonce, added, *id, "r="));
            rows.push(Row {
                quantity: Q::Salt,
                value: Some(hex(&challenge.salt)),
                wire: wire(*id, "s=", salt),
            });
            rows.push(sent(Q::Iterations, &challenge.iterations.to_string(), *id, "i="));
        }
        None => rows.extend([Q::ServerNonce, Q::Salt, Q::Iterations].map(unknown)),
    }
    let password = is_user.then(|| PASSWORD.to_owned());
    rows.push(Row { quantity: Q::Password, value: password, wire: None });

    let proof = exchange.answer.as_ref().and_then(|(id, answer)| {
        Some(OnWire { id: *id, attribute: "p=", text: Some(attribute(answer, "p=")?) })
    });
    let signature = exchange.success().and_then(|id| {
        let End::Proved(message) = &exchange.end.as_ref()?.1 else {
            return None;
        };
        let text = attribute(&String::from_utf8_lossy(message), "v=")?;
        Some(OnWire { id, attribute: "v=", text: Some(text) })
    });
    let values = exchange.computed(PASSWORD).filter(|_| is_user);
    let values = values.as_ref();
    let computed = |quantity, value: Option<String>| Row { quantity, value, wire: None };
    rows.extend([
        computed(Q::SaltedPassword, values.map(|it| hex(&it.keys.salted_password))),
        computed(Q::ClientKey, values.map(|it| hex(&it.keys.client_key))),
        computed(Q::StoredKey, values.map(|it| hex(&it.keys.stored_key))),
        computed(Q::ServerKey, values.map(|it| hex(&it.keys.server_key))),
        computed(Q::AuthMessage, values.map(|it| it.auth_message.clone())),
        computed(Q::ClientSignature, values.map(|it| hex(&it.client_signature))),
        Row {
            quantity: Q::ClientProof,
            value: values.map(|it| hex(&it.client_proof)),
            wire: proof,
        },
        Row {
            quantity: Q::ServerSignature,
            value: values.map(|it| hex(&it.server_signature)),
            wire: signature,
        },
    ]);
    rows
}

fn unknown(quantity: Quantity) -> Row {
    Row { quantity, value: None, wire: None }
}

/// The value of an attribute in a message such as `r=…,s=…,i=4096`.
fn attribute(message: &str, name: &str) -> Option<String> {
    message.split(',').find_map(|part| part.strip_prefix(name)).map(str::to_owned)
}

/// In groups of four bytes, so that a long value can break and be compared.
fn hex(bytes: &[u8]) -> String {
    hex_groups(bytes, 4)
}

/// The computation as nodes in columns, each to the right of what it follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub quantity: Quantity,
    pub column: usize,
    pub row: usize,
    /// The beginning of its value; `None` while it is not known.
    pub value: Option<String>,
    /// The packet that carries it.
    pub wire: Option<RecordId>,
    /// Whether it was sent last of all.
    pub is_latest: bool,
}

/// From what is needed to what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// In a square of 100 by 100.
    pub path: String,
    /// Whether both ends are known.
    pub is_lit: bool,
}

pub const COLUMNS: usize = 6;
pub const ROWS: usize = 6;

/// Where each value stands.
const PLACES: [(Quantity, usize, usize); 14] = [
    (Quantity::Password, 0, 0),
    (Quantity::Salt, 0, 1),
    (Quantity::Iterations, 0, 2),
    (Quantity::UserName, 0, 3),
    (Quantity::ClientNonce, 0, 4),
    (Quantity::ServerNonce, 0, 5),
    (Quantity::SaltedPassword, 1, 1),
    (Quantity::AuthMessage, 1, 4),
    (Quantity::ClientKey, 2, 0),
    (Quantity::ServerKey, 2, 2),
    (Quantity::StoredKey, 3, 1),
    (Quantity::ClientSignature, 4, 1),
    (Quantity::ClientProof, 5, 0),
    (Quantity::ServerSignature, 5, 3),
];

impl Quantity {
    /// What it is computed from (RFC 5802, section 3).
    pub fn needs(self) -> &'static [Quantity] {
        use Quantity as Q;
        match self {
            Q::SaltedPassword => &[Q::Password, Q::Salt, Q::Iterations],
            Q::ClientKey | Q::ServerKey => &[Q::SaltedPassword],
            Q::StoredKey => &[Q::ClientKey],
            Q::AuthMessage => {
                &[Q::UserName, Q::ClientNonce, Q::ServerNonce, Q::Salt, Q::Iterations]
            }
            Q::ClientSignature => &[Q::StoredKey, Q::AuthMessage],
            Q::ClientProof => &[Q::ClientKey, Q::ClientSignature],
            Q::ServerSignature => &[Q::ServerKey, Q::AuthMessage],
            _ => &[],
        }
    }
}

pub fn flow(sheet: &Sheet) -> Flow {
    let row = |quantity| sheet.rows.iter().find(|row| row.quantity == quantity);
    let sent = |row: &Row| row.wire.as_ref().map(|wire| wire.id);
    let latest = sheet.rows.iter().filter_map(sent).max();
    let node = |&(quantity, column, place): &(Quantity, usize, usize)| {
        let row = row(quantity);
        let wire = row.and_then(sent);
        Node {
            quantity,
            column,
            row: place,
            value: row.and_then(|row| row.value.clone()),
            wire,
            is_latest: wire.is_some() && wire == latest,
        }
    };
    let nodes: Vec<Node> = PLACES.iter().map(node).collect();
    let mut edges = Vec::new();
    for to in &nodes {
        for from in to.quantity.needs() {
            let Some(from) = nodes.iter().find(|node| node.quantity == *from) else { continue };
            let is_lit = from.value.is_some() && to.value.is_some();
            edges.push(Edge { path: edge(from, to), is_lit });
        }
    }
    Flow { nodes, edges }
}

/// From the right edge of a node to the left edge of another: level at both ends.
fn edge(from: &Node, to: &Node) -> String {
    let x = |column: f64| 100.0 * column / COLUMNS as f64;
    let y = |row: usize| 100.0 * (row as f64 + 0.5) / ROWS as f64;
    let (start, end) = (x(from.column as f64 + 1.0 - MARGIN), x(to.column as f64 + MARGIN));
    let (above, below) = (y(from.row), y(to.row));
    // It keeps to its own row until the last gap, so that it crosses no node.
    let bend = x(to.column as f64 - MARGIN);
    let middle = (bend + end) / 2.0;
    format!(
        "M{start:.1} {above:.1}H{bend:.1}C{middle:.1} {above:.1} {middle:.1} {below:.1} {end:.1} {below:.1}"
    )
}

/// Of a column, free at each side of a node.
const MARGIN: f64 = 0.07;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Rehearsal, exercise};

    /// The exchanges in an exercise whose first moves were played, as many as are asked for.
    fn played(id: &str, moves: usize) -> Vec<Sheet> {
        let (_, exercise) = exercise(id).expect("it is in the course");
        let mut rehearsal = Rehearsal::new(exercise, "7f3a51c2");
        for next in (exercise.solution)(&rehearsal.cast).iter().take(moves) {
            rehearsal.make(next);
        }
        in_capture(rehearsal.lab.capture()).iter().map(sheet).collect()
    }

    fn known(sheet: &Sheet) -> Vec<Quantity> {
        sheet.rows.iter().filter(|row| row.value.is_some()).map(|row| row.quantity).collect()
    }

    #[test]
    fn values_appear_as_their_packets_pass() {
        let first = &played("scram-login", 1)[0];
        assert_eq!(known(first).len(), first.rows.len(), "the challenge gives everything");
        assert_eq!((first.client, first.server), (Proof::Pending, Proof::Pending));
        let on_wire = |sheet: &Sheet| sheet.rows.iter().filter(|row| row.wire.is_some()).count();
        assert_eq!(on_wire(first), 5);
        let last = &played("scram-login", 2)[0];
        assert_eq!((last.client, last.server), (Proof::Right, Proof::Right));
        assert_eq!(on_wire(last), 7);
    }

    #[test]
    fn what_is_sent_is_what_was_computed() {
        let sheet = &played("scram-login", 2)[0];
        for quantity in [Quantity::Salt, Quantity::ClientProof, Quantity::ServerSignature] {
            let row = sheet.rows.iter().find(|row| row.quantity == quantity).expect("a row");
            let (value, wire) = (row.value.as_ref(), row.wire.as_ref());
            let text = wire.and_then(|wire| wire.text.as_ref()).expect("it was sent");
            use base64::Engine;
            let sent = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
            assert_eq!(value, Some(&hex(&sent)), "{quantity:?}");
        }
    }

    #[test]
    fn a_wrong_proof_and_an_unknown_name_are_told() {
        let sheets = played("wrong-proof", 4);
        let proofs: Vec<_> = sheets.iter().map(|sheet| (sheet.client, sheet.server)).collect();
        let withheld = Proof::Withheld;
        assert_eq!(proofs, [(Proof::Wrong, withheld), (Proof::NoUser, withheld)]);
        assert!(!known(&sheets[1]).contains(&Quantity::SaltedPassword));
        assert!(known(&sheets[1]).contains(&Quantity::Salt));
    }

    #[test]
    fn every_value_stands_to_the_right_of_what_it_follows_from() {
        let flow = flow(&played("scram-login", 1)[0]);
        let column = |quantity| {
            let node = flow.nodes.iter().find(|node| node.quantity == quantity);
            node.map(|node| node.column).expect("every quantity has its place")
        };
        for node in &flow.nodes {
            let before = node.quantity.needs().iter().map(|needed| column(*needed)).max();
            assert!(before < Some(node.column) || before.is_none(), "{:?}", node.quantity);
            assert!(node.column < COLUMNS && node.row < ROWS, "{:?}", node.quantity);
        }
        let mut places: Vec<_> = flow.nodes.iter().map(|node| (node.column, node.row)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), flow.nodes.len(), "no two in one place");
    }

    #[test]
    fn the_flow_lights_up_with_the_packets() {
        let lit = |id, moves, nth: usize| {
            let flow = flow(&played(id, moves)[nth]);
            let latest = flow.nodes.iter().filter(|node| node.is_latest).map(|node| node.quantity);
            let lit = flow.edges.iter().filter(|edge| edge.is_lit).count();
            (lit, flow.edges.len(), latest.collect::<Vec<_>>())
        };
        let challenge = vec![Quantity::Salt, Quantity::Iterations, Quantity::ServerNonce];
        assert_eq!(lit("scram-login", 1, 0), (17, 17, challenge));
        assert_eq!(lit("scram-login", 2, 0), (17, 17, vec![Quantity::ServerSignature]));
        // Nobody has a password for that name: nothing follows from it.
        assert_eq!(lit("wrong-proof", 4, 1).0, 0);
    }
}
