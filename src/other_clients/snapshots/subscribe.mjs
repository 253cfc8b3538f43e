// The Client Identifier is that of the bench with -copy added: with the same one, the server would close the connection of the client on the bench.
// npm install mqtt
import { once } from "node:events";
import mqtt from "mqtt";

const client = mqtt.connect("ws://localhost:9001/mqtt", {
  protocolVersion: 5,
  clientId: "c-copy",
  clean: true,
  keepalive: 60,
  reconnectPeriod: 0,
});
client.on("message", (topic, payload, packet) => console.log(topic, payload.toString(), packet.properties));
const [connack] = await once(client, "connect");
console.log("CONNACK:", connack);
client.on("error", (error) => console.error(error.message));

console.log("SUBACK:", await client.subscribeAsync({
  "a/+": {
    qos: 2,
    nl: true,
    rap: true,
    rh: 1,
  },
  ["__proto__"]: {
    qos: 0,
  },
}, {
  properties: {
    subscriptionIdentifier: 7,
  },
}));
