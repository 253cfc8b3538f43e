// What esbuild makes a script of: mqtt-packet with what it expects of Node.js.
globalThis.Buffer = require('buffer').Buffer;
globalThis.process = require('process');
globalThis.mqttPacket = require('mqtt-packet');
