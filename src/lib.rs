//! MQTT 5.0 Playground.
