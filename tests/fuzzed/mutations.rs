//! Bytes that are nearly right: one of the corpus with some damage.

use crate::dice::Dice;

/// Makes one input after the other.
pub struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
    dice: Dice,
    input: Vec<u8>,
}

/// Bytes at which readers decide: ends of ranges, flags, lengths of one byte and of more.
const TELLING: [u8; 12] = [0, 1, 2, 4, 0x10, 0x23, 0x26, 0x7F, 0x80, 0xC0, 0xF0, 0xFF];
/// Longer inputs only repeat what shorter ones show.
const LONGEST: usize = 64 << 10;

impl<'a> Mutator<'a> {
    pub fn new(seeds: &'a [Vec<u8>]) -> Mutator<'a> {
        Mutator { seeds, dice: Dice::new(5), input: Vec::new() }
    }

    pub fn next(&mut self) -> &[u8] {
        self.input = self.seed().to_vec();
        loop {
            self.damage();
            if self.dice.chance(3) {
                break;
            }
        }
        self.input.truncate(LONGEST);
        &self.input
    }

    fn seed(&mut self) -> &'a [u8] {
        &self.seeds[self.roll(self.seeds.len())]
    }

    fn damage(&mut self) {
        if self.input.is_empty() {
            self.input.push(self.dice.roll(256) as u8);
        }
        let at = self.roll(self.input.len());
        match self.dice.roll(9) {
            0 => self.input[at] ^= 1 << self.dice.roll(8),
            1 => self.input[at] = self.dice.pick(&TELLING),
            2 => self.input[at] = self.dice.roll(256) as u8,
            3 => self.input.insert(at, self.dice.pick(&TELLING)),
            4 => self.input[at] = self.input[at].wrapping_add(self.dice.pick(&[1, 255])),
            5 => self.input.truncate(at),
            6 => {
                let end = self.end(at);
                self.input.drain(at..end);
            }
            7 => {
                let end = self.end(at);
                self.input.extend_from_within(at..end);
            }
            _ => {
                // What follows comes from another one.
                let other = self.seed();
                let from = self.roll(other.len().max(1));
                self.input.truncate(at);
                self.input.extend(other.get(from..).unwrap_or_default());
            }
        }
    }

    /// The end of a short range from there on.
    fn end(&mut self, at: usize) -> usize {
        let length = 1 + self.roll(16);
        (at + length).min(self.input.len())
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice.roll(sides as u64) as usize
    }
}
