# The Client Identifier is that of the bench with -copy added: with the same one, the server would close the connection of the client on the bench.
# pip install "paho-mqtt>=2"
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

answered = threading.Event()


def on_connect(client, userdata, flags, reason_code, properties):
    print("CONNACK:", reason_code, properties)
    answered.set()


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2,
    client_id="c-copy",
    protocol=mqtt.MQTTv5,
    transport="websockets",
)
client.on_connect = on_connect
client.ws_set_options(path="/mqtt")
client.connect(
    "localhost",
    9001,
    keepalive=60,
    clean_start=True,
)
client.loop_start()
answered.wait(10)

publish = Properties(PacketTypes.PUBLISH)
publish.PayloadFormatIndicator = 1
publish.CorrelationData = b"\xff'\""
publish.UserProperty = [("k\\", "\"1\"\n")]
info = client.publish(
    "it's/$HOME/`x`",
    "21 °C\n!\"'",
    qos=1,
    retain=True,
    properties=publish,
)
info.wait_for_publish(10)

client.disconnect()
client.loop_stop()
