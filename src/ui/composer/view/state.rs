//! What the parts of the composer share: the packet in hand, its fields and its bytes, each following the other.

use bytes::Bytes;
use leptos::prelude::*;

use crate::ui::format::hex_lines;

use crate::analysis::Breakage;
use crate::mqtt::{Packet, PacketType, Sender, encode};
use crate::ui::composer::model::{Fields, InHand, sample};
use crate::ui::composer::paste::{self, Around, PasteError};
use crate::ui::forms::{FieldProblem, Size};

/// Copied freely; one for the page.
#[derive(Clone, Copy)]
pub struct Composer {
    in_hand: RwSignal<InHand>,
    /// As they are typed.
    fields: RwSignal<Fields>,
    /// Counts how often the fields were filled from bytes, and so have to be drawn anew.
    filled: RwSignal<u32>,
    /// What stands in the fields cannot be written as bytes.
    unwritten: RwSignal<bool>,
    /// The bytes as they are typed.
    text: RwSignal<String>,
    error: RwSignal<Option<PasteError>>,
    pieces: RwSignal<Pieces>,
    /// Where both sides may send a packet, the one chosen.
    usual: RwSignal<Sender>,
}

/// Several packets from one paste, with the one that is in hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    pub packets: Vec<Bytes>,
    pub chosen: usize,
    pub around: Option<Around>,
}

impl Composer {
    /// With that packet in hand, or these bytes.
    pub fn new(packet: &Packet, hex: Option<String>) -> Composer {
        let sender = Sender::Client;
        let in_hand = InHand::new(packet, sender).expect("a sample is small");
        let composer = Composer {
            text: RwSignal::new(hex_lines(&in_hand.bytes)),
            in_hand: RwSignal::new(in_hand),
            fields: RwSignal::new(Fields::of(packet, sender)),
            filled: RwSignal::new(0),
            unwritten: RwSignal::new(false),
            error: RwSignal::new(None),
            pieces: RwSignal::new(Pieces::default()),
            usual: RwSignal::new(sender),
        };
        if let Some(hex) = hex {
            composer.type_bytes(hex);
        }
        composer
    }

    /// Tracked.
    pub fn in_hand(self) -> InHand {
        self.in_hand.get()
    }

    /// Tracked.
    pub fn with<T>(self, read: impl FnOnce(&InHand) -> T) -> T {
        self.in_hand.with(read)
    }

    /// Tracked: changes when the fields have been filled from bytes.
    pub fn filled(self) -> Fields {
        self.filled.track();
        self.fields.get_untracked()
    }

    /// How large the packet of the fields is, or what is wrong in them. Tracked.
    pub fn outcome(self) -> Result<Size, Vec<FieldProblem>> {
        let judged = self.fields.with(Fields::judged);
        match judged.packet.filter(|_| judged.problems.is_empty()) {
            Some(packet) => Size::of(packet),
            None => Err(judged.problems),
        }
    }

    /// Whether the bytes are older than the fields, which cannot be written. Tracked.
    pub fn is_unwritten(self) -> bool {
        self.unwritten.get()
    }

    /// Whether the fields are older than the bytes, which cannot be read. Tracked.
    pub fn is_unread(self) -> bool {
        self.in_hand.with(|in_hand| in_hand.packet().is_err())
            && self.fields.with(|fields| self.packet_of(fields)) != Some(self.in_hand().bytes)
    }

    /// Whether the bytes say more than the fields can. Tracked.
    pub fn says_more(self) -> bool {
        let packet = self.in_hand.with(|in_hand| in_hand.packet().ok());
        packet.is_some_and(|packet| !self.fields.with(|fields| fields.say_all_of(&packet)))
            && !self.unwritten.get()
    }

    fn packet_of(self, fields: &Fields) -> Option<Bytes> {
        encode(&fields.judged().packet?).ok()
    }

    /// Tracked.
    pub fn text(self) -> String {
        self.text.get()
    }

    /// Tracked.
    pub fn error(self) -> Option<PasteError> {
        self.error.get()
    }

    /// Tracked.
    pub fn pieces(self) -> Pieces {
        self.pieces.get()
    }

    /// Begins with the smallest packet of that type.
    pub fn begin(self, packet: PacketType, client_id: &str) {
        let usual = self.usual.get_untracked();
        let sender = match packet.sent_by(usual) {
            true => usual,
            false if usual == Sender::Client => Sender::Server,
            false => Sender::Client,
        };
        let packet = sample(packet, sender, client_id);
        if let Some(in_hand) = InHand::new(&packet, sender) {
            self.fill(Fields::of(&packet, sender));
            self.show(in_hand);
        }
    }

    /// Reads the packet as one that this side sends.
    pub fn set_sender(self, sender: Sender) {
        self.usual.set(sender);
        let bytes = self.in_hand.with_untracked(|in_hand| in_hand.bytes.clone());
        self.take(bytes, sender);
    }

    /// The learner has changed a field.
    pub fn change_fields(self, fields: Fields) {
        let bytes = self.packet_of(&fields);
        let sender = fields.sender;
        self.fields.set(fields);
        self.unwritten.set(bytes.is_none());
        if let Some(bytes) = bytes {
            self.show(self.in_hand.with_untracked(|in_hand| in_hand.with_bytes(bytes, sender)));
        }
    }

    /// The learner has typed or pasted bytes.
    pub fn type_bytes(self, text: String) {
        let read = paste::read(&text);
        self.text.set(text);
        match read {
            Ok(pasted) => {
                let first = pasted.packets.first().cloned().unwrap_or_default();
                let (packets, around) = (pasted.packets, pasted.around);
                self.pieces.set(Pieces { packets, chosen: 0, around });
                self.error.set(None);
                self.take(first, self.usual.get_untracked());
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Takes another packet of those that were pasted.
    pub fn choose_piece(self, chosen: usize) {
        self.pieces.update(|pieces| pieces.chosen = chosen);
        let bytes = self.pieces.with_untracked(|pieces| pieces.packets.get(chosen).cloned());
        if let Some(bytes) = bytes {
            self.take(bytes, self.usual.get_untracked());
        }
    }

    /// Breaks the packet, or mends what was broken so.
    pub fn break_by(self, breakage: Breakage) {
        let in_hand = self.in_hand.with_untracked(|in_hand| in_hand.broken_by(breakage));
        self.restore(in_hand);
    }

    /// Back to the last sound packet.
    pub fn mend(self) {
        if let Some(in_hand) = self.in_hand.with_untracked(InHand::mended) {
            self.restore(in_hand);
        }
    }

    /// Replaces bytes of an older version by what 5.0 writes to mean the same.
    pub fn write_in_5(self) {
        if let Some(in_hand) = self.in_hand.with_untracked(InHand::written_in_5) {
            self.restore(in_hand);
        }
    }

    fn restore(self, in_hand: InHand) {
        if let Ok(packet) = in_hand.packet() {
            self.fill(Fields::of(&packet, in_hand.sender));
        }
        self.show(in_hand);
    }

    /// Bytes that were typed: the text stays as it is.
    fn take(self, bytes: Bytes, usual: Sender) {
        let sender = paste::sender_of(&bytes, usual);
        let in_hand = self.in_hand.with_untracked(|in_hand| in_hand.with_bytes(bytes, sender));
        if let Ok(packet) = in_hand.packet() {
            self.fill(Fields::of(&packet, sender));
        }
        self.in_hand.set(in_hand);
    }

    fn fill(self, fields: Fields) {
        self.fields.set(fields);
        self.unwritten.set(false);
        self.filled.update(|count| *count += 1);
    }

    /// Bytes that came about otherwise: the text follows.
    fn show(self, in_hand: InHand) {
        self.text.set(hex_lines(&in_hand.bytes));
        self.error.set(None);
        self.pieces.set(Pieces::default());
        self.in_hand.set(in_hand);
    }
}
