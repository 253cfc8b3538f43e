// Round trips of any client behind `window.bench`. Times in milliseconds.
'use strict';

const TOPIC = 'bench/echo', PAYLOAD = new Uint8Array(64).fill(0x5a);

// One message after the other comes back to the client that has published it; how long each has taken.
const echoes = async (handle, qos, count) => {
  const times = [];
  let arrived;
  handle.onMessage(() => arrived());
  for (let number = 0; number < count; number++) {
    const came = new Promise((resolve) => { arrived = resolve; });
    const began = performance.now();
    const sent = handle.publish(TOPIC, PAYLOAD, qos);
    await came;
    times.push(performance.now() - began);
    await sent;
  }
  return times;
};

// Messages of QoS 1, so many under way at a time; how many a second are acknowledged.
const acknowledged = async (handle, count, window) => {
  let sent = 0;
  const began = performance.now();
  const one = async () => {
    while (sent < count) {
      sent++;
      await handle.publish('bench/window', PAYLOAD, 1);
    }
  };
  await Promise.all(Array.from({ length: window }, one));
  return (count / (performance.now() - began)) * 1000;
};

window.timeRoundTrips = async (url, count, messages, window) => {
  await bench.ready;
  const handle = await bench.connect({ url, clientId: 'echo', receiveMaximum: 65535 });
  await handle.subscribe(TOPIC, 1);
  await echoes(handle, 1, 100);
  const told = {
    qos0: await echoes(handle, 0, count),
    qos1: await echoes(handle, 1, count),
    acknowledged: await acknowledged(handle, messages, window),
  };
  await handle.end();
  return told;
};
