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
const [connack] = await once(client, "connect");
console.log("CONNACK:", connack);
client.on("error", (error) => console.error(error.message));

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
