// Uses `window.bench` well and badly; returns what was not as docs/bench.md says.
'use strict';

window.checkContract = async (url) => {
  await bench.ready;
  const wrong = [];
  const say = (what, found) => wrong.push(`${what}: ${found}`);
  const same = (what, found, expected) => {
    if (JSON.stringify(found) !== JSON.stringify(expected)) say(what, JSON.stringify(found));
  };
  // An Error whose words have these in them.
  const isTold = (what, error, words) => {
    if (!(error instanceof Error) || !error.message.includes(words)) say(what, error);
  };
  const throws = (what, words, act) => {
    try {
      say(what, `returns ${act()}`);
    } catch (error) {
      isTold(what, error, words);
    }
  };
  const refuses = async (what, words, act) => {
    try {
      const promise = act();
      if (!(promise instanceof Promise)) say(what, 'no promise');
      say(what, `comes to ${await promise}`);
    } catch (error) {
      isTold(what, error, words);
    }
  };

  const pings = Uint8Array.of(0xc0, 0, 0xd0, 0, 0xc0, 0), lengths = (...all) => Uint32Array.from(all);
  same('three packets', bench.decodeAll(pings), 3);
  same('no packet', bench.decodeAll(new Uint8Array()), 0);
  for (const cuts of [[6], [1, 2, 3], [1, 1, 1, 1, 1, 1], [0, 6], [], [1], [1, 3, 6], [0, 2, 4]]) {
    same(`in pieces ${cuts}`, bench.decodeChunks(pings, lengths(...cuts)), 3);
  }
  same('nothing loaded', bench.encodeAll(), 0);
  same('loaded', [bench.load(pings), bench.encodeAll(), bench.encodeAll()], [3, 6, 6]);
  throws('half a packet', '1 bytes are left after packet 1', () => bench.decodeAll(Uint8Array.of(0xc0, 0, 0xc0)));
  throws('no packet type', 'packet 1, byte 0', () => bench.decodeAll(Uint8Array.of(0xc0, 0, 0, 0)));
  throws('a broken rule', 'packet 0, byte 4', () => bench.load(Uint8Array.of(0x30, 4, 0, 1, 0x23, 0)));
  same('what was loaded stays', bench.encodeAll(), 6);
  for (const bad of [undefined, null, 'text', [1], new ArrayBuffer(2)]) {
    throws(`bytes ${bad}`, '`bytes` is not a Uint8Array', () => bench.decodeAll(bad));
  }
  throws('chunks', '`chunks` is not a Uint32Array', () => bench.decodeChunks(pings, [6]));
  throws('cut backwards', 'neither', () => bench.decodeChunks(pings, lengths(3, 1)));
  throws('cut behind its end', 'neither', () => bench.decodeChunks(pings, lengths(7)));

  await refuses('no options', 'an object with `url`', () => bench.connect());
  await refuses('no address', '`url` is not a string', () => bench.connect({ clientId: 'a' }));
  await refuses('a plain address', 'its scheme is `mqtt`', () => bench.connect({ url: 'mqtt://a', clientId: 'a' }));
  await refuses('no client', '`clientId` is not a string', () => bench.connect({ url }));
  for (const receiveMaximum of [0, 65536, 1.5, 'many', NaN]) {
    await refuses(`Receive Maximum ${receiveMaximum}`, 'from 1 to 65535', () => bench.connect({ url, clientId: 'a', receiveMaximum }));
  }
  await refuses('nobody listens', 'closed with code 1006', () => bench.connect({ url: 'ws://127.0.0.1:9', clientId: 'a' }));

  const handle = await bench.connect({ url, clientId: 'contract', receiveMaximum: 10 });
  const got = [];
  let last;
  handle.onMessage(() => { throw new Error('the listener throws'); });
  for (const qos of [0, 1, 2]) same(`granted ${qos}`, await handle.subscribe('contract/+', qos), qos);
  await handle.publish('contract/thrown', Uint8Array.of(1), 1);
  const all = new Promise((resolve) => { last = resolve; });
  handle.onMessage((topic, payload) => {
    got.push([topic, payload instanceof Uint8Array, ...payload]);
    if (topic === 'contract/2') last();
  });
  for (const qos of [0, 1, 2]) await handle.publish(`contract/${qos}`, Uint8Array.of(7, qos), qos);
  await all;
  same('received', got.filter(([topic]) => topic !== 'contract/thrown'), [0, 1, 2].map((qos) => [`contract/${qos}`, true, 7, qos]));
  if (!(handle.captured() > 20)) say('captured', handle.captured());
  throws('no listener', '`listener` is not a function', () => handle.onMessage('me'));
  await refuses('a filter that is none', '# is a whole level', () => handle.subscribe('a/#/b', 0));
  await refuses('no filter', '`filter` is not a string', () => handle.subscribe(undefined, 0));
  await refuses('QoS 3', '`qos` is not 0, 1 or 2', () => handle.subscribe('a', 3));
  await refuses('a wildcard in a name', 'Topic Name', () => handle.publish('a/+', new Uint8Array(), 0));
  await refuses('a text for a payload', '`payload` is not a Uint8Array', () => handle.publish('a', 'b', 0));
  await refuses('a QoS that is a text', '`qos`', () => handle.publish('a', new Uint8Array(), '1'));
  await refuses('a forbidden topic', 'PUBACK 0x87', () => handle.publish('factory/osaka/forbidden/a', new Uint8Array(), 1));

  // Somebody else takes the name: what waits is refused, and what comes later.
  const other = await bench.connect({ url, clientId: 'contract' });
  const end = Date.now() + 10000;
  let refused;
  while (!refused && Date.now() < end) {
    await handle.publish('contract/late', new Uint8Array(), 1).catch((error) => { refused = error; });
  }
  // Mosquitto says so with DISCONNECT, or with nothing but a close.
  if (!/taken over|has closed/.test(refused?.message)) say('taken over', refused);
  await handle.end();
  await handle.end();
  await other.end();
  await refuses('after its end', 'not connected', () => other.publish('a', new Uint8Array(), 0));
  return wrong;
};
