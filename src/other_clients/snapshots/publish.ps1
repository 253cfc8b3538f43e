# These tools speak MQTT over TCP, not over WebSocket: 1883 is the usual port there.
# The Client Identifier is that of the bench with -copy added: with the same one, the server would close the connection of the client on the bench.
# Sends Receive Maximum 20 in CONNECT of its own accord.
# A command-line argument cannot hold this value of Correlation Data, so it is left out.
# The Mosquitto clients refuse control characters in User Property.
$env:Path += ';C:\Program Files\mosquitto'
$payload = [IO.Path]::GetTempFileName()
[IO.File]::WriteAllText($payload, "21 °C`n!`"'")
Start-Process mosquitto_pub -NoNewWindow -Wait -ArgumentList @(
  '-V mqttv5 -h localhost -p 1883'
  '-i c-copy -k 60'
  '-t "it''s/$HOME/`x`" -q 1 -r'
  '-D publish payload-format-indicator 1'
  "-D publish user-property `"k\\`" `"\`"1\`"`n`""
  "-f `"$payload`""
)
