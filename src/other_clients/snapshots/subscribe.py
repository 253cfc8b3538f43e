# The Client Identifier is that of the bench with -copy added: with the same one, the server would close the connection of the client on the bench.
# pip install "paho-mqtt>=2"
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

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


def on_subscribe(client, userdata, mid, reason_codes, properties):
    print("SUBACK:", *reason_codes)


def on_message(client, userdata, message):
    print(message.topic, message.payload, message.properties)


client.on_subscribe = on_subscribe
client.on_message = on_message

subscribe = Properties(PacketTypes.SUBSCRIBE)
subscribe.SubscriptionIdentifier = 7
client.subscribe(
    [
        ("a/+", SubscribeOptions(qos=2, noLocal=True, retainAsPublished=True, retainHandling=1)),
        ("__proto__", SubscribeOptions(qos=0)),
    ],
    properties=subscribe,
)
time.sleep(60)

client.disconnect()
client.loop_stop()
