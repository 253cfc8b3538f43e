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

await client.publishAsync("it's/$HOME/`x`", "21 °C\n!\"'", {
  qos: 1,
  retain: true,
  properties: {
    payloadFormatIndicator: true,
    correlationData: Buffer.from("ff2722", "hex"),
    userProperties: {
      "k\\": "\"1\"\n",
    },
  },
});
await client.endAsync();
