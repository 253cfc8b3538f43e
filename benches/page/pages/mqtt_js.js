// MQTT.js behind the functions of the bench page.
'use strict';

const connect = async ({ url, clientId, receiveMaximum = 65535 }) => {
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 5,
    clientId,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 0,
    properties: { receiveMaximum },
  });
  let received = 0, listener;
  client.on('message', (topic, payload) => {
    received++;
    if (listener) listener(topic, payload);
  });
  return {
    received: () => received,
    onMessage: (told) => { listener = told; },
    subscribe: (filter, qos) => client.subscribeAsync(filter, { qos }),
    publish: (topic, payload, qos) => client.publishAsync(topic, payload, { qos }),
    end: () => client.endAsync(),
  };
};

window.bench = { ready: Promise.resolve(), connect };
