# These tools speak MQTT over TCP, not over WebSocket: 1883 is the usual port there.
# The Client Identifier is that of the bench with -copy added: with the same one, the server would close the connection of the client on the bench.
# Sends Receive Maximum 20 in CONNECT of its own accord.
# QoS and options are the same for every Topic Filter here: those of the first.
# No Local cannot be set with this tool.
# Retain Handling 1 cannot be set with this tool, only 0 and 2.
mosquitto_sub -V mqttv5 -h localhost -p 1883 \
  -i c-copy -k 60 \
  -t a/+ \
  -t __proto__ \
  -q 2 --retain-as-published \
  -D subscribe subscription-identifier 7 \
  -v
