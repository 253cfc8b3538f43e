// npm install mqtt
import mqtt from "mqtt";

const client = mqtt.connect("ws://localhost:9001/mqtt", {
  protocolVersion: 5,
  clientId: "c",
  clean: true,
  keepalive: 60,
  reconnectPeriod: 0,
});
client.on("error", (error) => console.error(error.message));
client.on("connect", (connack) => console.log("CONNACK:", connack));
client.on("message", (topic, payload, packet) => console.log(topic, payload.toString(), packet.properties));

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
