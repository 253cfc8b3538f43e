# These tools speak MQTT over TCP, not over WebSocket: 1883 is the usual port there.
# The Client Identifier is that of the bench, since its Session is continued. While the client on the bench is connected, this takes its connection over.
# There is no command that only connects: this one also subscribes to one harmless topic.
$env:Path += ';C:\Program Files\mosquitto'
Start-Process mosquitto_sub -NoNewWindow -Wait -ArgumentList @(
  '-V mqttv5 -h localhost -p 1883'
  '-i c -k 60 -c -x 300'
  '-u u -P "p w"'
  '-D connect receive-maximum 5'
  '-D connect request-problem-information 0'
  '-D connect authentication-method m'
  "-D connect authentication-data `"$([char]0x0001)`""
  '-D connect user-property a 1'
  '--will-topic gone --will-payload bye --will-qos 1 --will-retain'
  '-D will will-delay-interval 5'
  '-t "$SYS/broker/version"'
)
