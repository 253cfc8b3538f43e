// The least JavaScript that speaks as much MQTT 5.0 as is measured: no check, no error, no Keep Alive. What a page that
// does more takes beyond this is its own.
'use strict';

const text = new TextEncoder(), words = new TextDecoder();

const packet = (first, ...parts) => {
  const bytes = parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part]));
  const length = [];
  let rest = bytes.length;
  do {
    length.push((rest % 128) | (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from([first, ...length, ...bytes]);
};
const two = (value) => [value >> 8, value & 255];
const string = (value) => {
  const bytes = text.encode(value);
  return [...two(bytes.length), ...bytes];
};

const connect = ({ url, clientId, receiveMaximum = 65535 }) => new Promise((resolve) => {
  const socket = new WebSocket(url, 'mqtt');
  socket.binaryType = 'arraybuffer';
  const answered = new Map();
  let id = 0, received = 0, listener, left;
  const next = () => (id = (id % 65535) + 1);
  const ask = (id, bytes) => new Promise((answer) => {
    answered.set(id, answer);
    socket.send(bytes);
  });
  const handle = {
    received: () => received,
    onMessage: (told) => { listener = told; },
    subscribe: (filter, qos) => {
      const id = next();
      return ask(id, packet(0x82, two(id), 0, string(filter), qos));
    },
    publish: (topic, payload, qos) => {
      // Without intermediate arrays: topic, Packet Identifier, no properties, payload.
      const name = text.encode(topic), more = qos > 0 ? 2 : 0;
      const length = 3 + name.length + more + payload.length, head = length < 128 ? 2 : length < 16384 ? 3 : 4;
      const bytes = new Uint8Array(head + length);
      bytes[0] = 0x30 | (qos << 1);
      for (let at = 1, rest = length; at < head; at++, rest >>= 7) bytes[at] = (rest & 127) | (at < head - 1 ? 128 : 0);
      bytes[head] = name.length >> 8;
      bytes[head + 1] = name.length & 255;
      bytes.set(name, head + 2);
      bytes.set(payload, bytes.length - payload.length);
      if (qos === 0) {
        socket.send(bytes);
        return Promise.resolve();
      }
      const id = next();
      bytes[head + 2 + name.length] = id >> 8;
      bytes[head + 3 + name.length] = id & 255;
      return ask(id, bytes);
    },
    end: () => new Promise((ended) => {
      socket.onclose = () => ended();
      socket.send(packet(0xe0));
      socket.close();
    }),
  };
  socket.onopen = () => socket.send(
    packet(0x10, string('MQTT'), 5, 2, two(60), 3, 0x21, two(receiveMaximum), string(clientId)),
  );
  socket.onmessage = ({ data }) => {
    let bytes = new Uint8Array(data);
    if (left) {
      const joined = new Uint8Array(left.length + bytes.length);
      joined.set(left);
      joined.set(bytes, left.length);
      bytes = joined;
      left = undefined;
    }
    let at = 0;
    while (at < bytes.length) {
      let body = at + 1, length = 0, shift = 0;
      while (bytes[body] > 127) {
        length |= (bytes[body++] & 127) << shift;
        shift += 7;
      }
      length |= bytes[body++] << shift;
      const end = body + length;
      // Where the length itself is cut off, this is no number.
      if (!(end <= bytes.length)) {
        left = bytes.slice(at);
        return;
      }
      const first = bytes[at], type = first >> 4;
      if (type === 3) {
        received++;
        const name = body + 2 + ((bytes[body] << 8) | bytes[body + 1]), qos = (first >> 1) & 3;
        if (qos === 1) socket.send(Uint8Array.of(0x40, 2, bytes[name], bytes[name + 1]));
        if (listener) {
          // As much of properties as is sent here: fewer than 128 bytes.
          const properties = name + (qos > 0 ? 2 : 0);
          listener(words.decode(bytes.subarray(body + 2, name)), bytes.subarray(properties + 1 + bytes[properties], end));
        }
      } else if (type === 2) {
        resolve(handle);
      } else if (type === 4 || type === 9) {
        const id = (bytes[body] << 8) | bytes[body + 1];
        answered.get(id)();
        answered.delete(id);
      }
      at = end;
    }
  };
});

window.bench = { ready: Promise.resolve(), connect };
