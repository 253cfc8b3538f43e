//! Any stream in any pieces: the same packets come out as from the stream in one piece, and no byte is
//! lost. The first byte of the input says how long the pieces are.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mqtt5_playground::mqtt::Deframer;

fuzz_target!(|data: &[u8]| {
    let Some((&piece, stream)) = data.split_first() else { return };
    let whole = frames(stream.chunks(stream.len().max(1)));
    let pieces = frames(stream.chunks(usize::from(piece).max(1)));
    assert_eq!(whole, pieces);
    let lengths: usize = whole.iter().map(Vec::len).sum();
    assert!(lengths <= stream.len());
});

fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut deframer = Deframer::new();
    deframer.set_maximum_packet_size(Some(1 << 16));
    let mut found = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => found.push(frame.to_vec()),
                Ok(None) => break,
                Err(error) => {
                    assert!(error.at <= deframer.pending().len());
                    return found;
                }
            }
        }
    }
    found
}
