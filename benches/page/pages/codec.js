// Times the product's codec and mqtt-packet in turns; nanoseconds a packet, a list of each kind of work and codec.
'use strict';

// How large a piece of a stream is, as one read from a socket brings it, in bytes.
const PIECE = 1460;

const works = (bytes, count) => {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(bytes.subarray(at, at + PIECE));
  const lengths = Uint32Array.from(pieces, (piece) => piece.length);
  const buffers = pieces.map((piece) => Buffer.from(piece)), whole = Buffer.from(bytes);
  const packets = [];
  const parse = (buffers, take) => {
    let read = 0;
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet) => { read++; if (take) take(packet); });
    parser.on('error', (error) => { throw error; });
    for (const buffer of buffers) parser.parse(buffer);
    return read;
  };
  parse([whole], (packet) => packets.push(packet));
  const generate = () => {
    let written = 0;
    for (const packet of packets) written += mqttPacket.generate(packet, { protocolVersion: 5 }).length;
    return written;
  };
  const loaded = bench.load(bytes);
  if (loaded !== count) throw new Error(`${loaded} packets are loaded, not ${count}`);
  // What each work must come to.
  return {
    'decode, all at once': [count, { ours: () => bench.decodeAll(bytes), peer: () => parse([whole]) }],
    'decode, in pieces': [count, { ours: () => bench.decodeChunks(bytes, lengths), peer: () => parse(buffers) }],
    encode: [bytes.length, { ours: () => bench.encodeAll(), peer: generate }],
  };
};

// At least so long, in milliseconds, so that the clock is fine enough.
const LEAST = 30;

const time = (work, expected, count) => {
  const began = performance.now();
  let passes = 0, passed = 0;
  do {
    const came = work();
    if (came !== expected) throw new Error(`it came to ${came}, not ${expected}`);
    passes++;
    passed = performance.now() - began;
  } while (passed < LEAST);
  return (passed * 1e6) / passes / count;
};

window.timeCodecs = async (text, count, rounds) => {
  await bench.ready;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const times = {};
  for (const [name, [expected, codecs]] of Object.entries(works(bytes, count))) {
    times[name] = { ours: [], peer: [] };
    // The first round only warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const [codec, work] of Object.entries(codecs)) {
        const nanoseconds = time(work, expected, count);
        if (round > 0) times[name][codec].push(nanoseconds);
      }
    }
  }
  return times;
};
