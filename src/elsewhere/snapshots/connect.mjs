// npm install mqtt
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
client.on("error", (error) => console.error(error.message));
client.on("connect", (connack) => console.log("CONNACK:", connack));
