// Times the product's codec and its peers in turns; nanoseconds a packet, a list of each kind of work and codec.
'use strict';

// How large a piece of a stream is, as one read from a socket brings it, in bytes.
const PIECE = 1460;

// mqtt-packet behind functions like those of the bench page.
const mqttPacketCodec = (bytes, pieces) => {
  const parse = (buffers, take) => {
    let read = 0;
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet) => { read++; if (take) take(packet); });
    parser.on('error', (error) => { throw error; });
    for (const buffer of buffers) parser.parse(buffer);
    return read;
  };
  const buffers = pieces.map((piece) => Buffer.from(piece)), whole = Buffer.from(bytes);
  const packets = [];
  parse([whole], (packet) => packets.push(packet));
  const generate = (packet) => mqttPacket.generate(packet, { protocolVersion: 5 });
  return {
    decodeAll: () => parse([whole]),
    decodeChunks: () => parse(buffers),
    encodeAll: () => packets.reduce((written, packet) => written + generate(packet).length, 0),
    written: () => Buffer.concat(packets.map(generate)),
  };
};

// How often each value is among the bytes.
const tally = (bytes) => {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte]++;
  return counts.join();
};

const works = (bytes, count) => {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(bytes.subarray(at, at + PIECE));
  const lengths = Uint32Array.from(pieces, (piece) => piece.length);
  const loaded = bench.load(bytes);
  if (loaded !== count) throw new Error(`${loaded} packets are loaded, not ${count}`);
  const packet = mqttPacketCodec(bytes, pieces);
  const proto = peers.ProtoPackets.load(bytes), mqttbytes = peers.MqttbytesPackets.load(bytes);
  // Before it is timed, that it writes what it has read. Some have an order of their own for properties.
  const writing = (codec, packets) => {
    if (tally(packets.written()) !== tally(bytes)) throw new Error(`${codec} writes other bytes than it has read`);
    return [codec, () => packets.encodeAll()];
  };
  // What each work must come to.
  return {
    'decode, all at once': [count, {
      ours: () => bench.decodeAll(bytes),
      'mqtt-packet': packet.decodeAll,
      'mqtt-protocol-core': () => peers.coreDecodeAll(bytes),
      'mqtt-proto': () => peers.protoDecodeAll(bytes),
      'mqtt-bytes-v5': () => peers.mqttbytesDecodeAll(bytes),
    }],
    'decode, in pieces': [count, {
      ours: () => bench.decodeChunks(bytes, lengths),
      'mqtt-packet': packet.decodeChunks,
      'mqtt-protocol-core': () => peers.coreDecodeChunks(bytes, lengths),
      'mqtt-bytes-v5': () => peers.mqttbytesDecodeChunks(bytes, lengths),
    }],
    encode: [bytes.length, Object.fromEntries([
      ['ours', () => bench.encodeAll()],
      writing('mqtt-packet', packet),
      writing('mqtt-proto', proto),
      writing('mqtt-bytes-v5', mqttbytes),
    ])],
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
  await Promise.all([bench.ready, peers.ready]);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const times = {};
  for (const [name, [expected, codecs]] of Object.entries(works(bytes, count))) {
    times[name] = Object.fromEntries(Object.keys(codecs).map((codec) => [codec, []]));
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
