// The Client Identifier is that of the bench, since its Session is continued. While the client on the bench is connected, this takes its connection over.
// npm install mqtt
import { once } from "node:events";
import mqtt from "mqtt";

const client = mqtt.connect("ws://localhost:9001/mqtt", {
  protocolVersion: 5,
  clientId: "c",
  clean: false,
  keepalive: 60,
  username: "u",
  password: "p w",
  will: {
    topic: "gone",
    payload: "bye",
    qos: 1,
    retain: true,
    properties: {
      willDelayInterval: 5,
    },
  },
  properties: {
    sessionExpiryInterval: 300,
    receiveMaximum: 5,
    requestProblemInformation: false,
    authenticationMethod: "m",
    authenticationData: Buffer.from("01", "hex"),
    userProperties: {
      "a": "1",
    },
  },
  reconnectPeriod: 0,
});
client.on("message", (topic, payload, packet) => console.log(topic, payload.toString(), packet.properties));
const [connack] = await once(client, "connect");
console.log("CONNACK:", connack);
client.on("error", (error) => console.error(error.message));
