# The Client Identifier is that of the bench, since its Session is continued. While the client on the bench is connected, this takes its connection over.
# pip install "paho-mqtt>=2"
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

answered = threading.Event()


def on_connect(client, userdata, flags, reason_code, properties):
    print("CONNACK:", reason_code, properties)
    answered.set()


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2,
    client_id="c",
    protocol=mqtt.MQTTv5,
    transport="websockets",
)
client.on_connect = on_connect
client.ws_set_options(path="/mqtt")
client.username_pw_set("u", "p w")

will = Properties(PacketTypes.WILLMESSAGE)
will.WillDelayInterval = 5
client.will_set(
    "gone",
    "bye",
    qos=1,
    retain=True,
    properties=will,
)

connect = Properties(PacketTypes.CONNECT)
connect.SessionExpiryInterval = 300
connect.ReceiveMaximum = 5
connect.RequestProblemInformation = 0
connect.AuthenticationMethod = "m"
connect.AuthenticationData = b"\x01"
connect.UserProperty = [("a", "1")]
client.connect(
    "localhost",
    9001,
    keepalive=60,
    clean_start=False,
    properties=connect,
)
client.loop_start()
answered.wait(10)

time.sleep(60)

client.disconnect()
client.loop_stop()
