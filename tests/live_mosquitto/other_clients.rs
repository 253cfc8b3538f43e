//! What "do this elsewhere" writes, run: a tap in front of Mosquitto sees the packets that arrive.

mod powershell;
mod tasks;

use std::env;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mqtt5_playground::language::Language;
use mqtt5_playground::link::Target;
use mqtt5_playground::mqtt::{
    Connect, Deframer, Packet, PacketId, PacketType, Properties, Property, PropertyId, Sender,
    decode,
};
use mqtt5_playground::other_clients::{OTHER_CLIENT, Task, Tool};

use tasks::tasks;

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn commands_of_mosquitto_send_what_the_bench_sends() {
    for (connect, action) in tasks(Tool::Mosquitto) {
        runs(Tool::Mosquitto, connect, action, |code| {
            let mut shell = Command::new("sh");
            shell.args(["-c", code]);
            shell
        });
    }
}

/// There is no PowerShell everywhere. The test reads the script as PowerShell does, and the command line as a
/// program on Windows does.
#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn commands_for_powershell_send_what_the_bench_sends() {
    for (connect, action) in tasks(Tool::PowerShell) {
        runs(Tool::PowerShell, connect, action, powershell::command);
    }
}

/// Left out where there is no Node.js to run it with.
mod mqtt_js {
    use super::*;

    #[test]
    #[ignore = "needs a Mosquitto and MQTT.js: `cargo xtask test --live`"]
    fn code_for_mqtt_js_sends_what_the_bench_sends() {
        let folder = env::var_os("MQTT_JS_FOLDER").expect("`cargo xtask test --live` sets it");
        for (connect, action) in tasks(Tool::MqttJs) {
            runs(Tool::MqttJs, connect, action, |code| {
                let mut node = Command::new("node");
                // Packages are looked for from there.
                node.current_dir(&folder).args(["--input-type=module", "--eval", code]);
                node
            });
        }
    }
}

/// Left out where there is no Python to run it with.
mod paho {
    use super::*;

    #[test]
    #[ignore = "needs a Mosquitto and Paho: `cargo xtask test --live`"]
    fn code_for_paho_sends_what_the_bench_sends() {
        let python = env::var_os("PAHO_PYTHON").expect("`cargo xtask test --live` sets it");
        for (connect, action) in tasks(Tool::Paho) {
            runs(Tool::Paho, connect, action, |code| {
                let mut interpreter = Command::new(&python);
                interpreter.args(["-c", code]);
                interpreter
            });
        }
    }
}

fn runs(tool: Tool, connect: Connect, action: Packet, program: impl Fn(&str) -> Command) {
    let tap = Tap::open();
    let task = Task::new(connect.clone(), action.clone()).expect("programs send it");
    // Beside the client on the bench.
    let other = |connect: Connect| match connect.clean_start && !connect.client_id.is_empty() {
        true => {
            let client_id = format!("{}{OTHER_CLIENT}", connect.client_id).into();
            Connect { client_id, ..connect }
        }
        false => connect,
    };
    let code = tool
        .write(&task, &Target::InTab, Language::Ja)
        .replace("localhost", "127.0.0.1")
        .replace("1883", &tap.port.to_string());
    let mut running = Running::start(program(&code));
    let found = tap.wait_for(action.packet_type());
    let said = running.end();
    let expect = match action {
        Packet::Connect(connect) => vec![Packet::Connect(Box::new(other(*connect)))],
        _ => vec![Packet::Connect(Box::new(other(connect))), action],
    };
    for expect in expect.into_iter().map(|packet| plain(tool, packet)) {
        let is_meant = |packet: &&Packet| packet.packet_type() == expect.packet_type();
        let arrived = found.iter().find(is_meant).cloned().map(|packet| plain(tool, packet));
        assert_eq!(arrived, Some(expect), "{code}\n{said}\n{found:#?}");
    }
}

/// The packet without what the tool chooses by itself: its Packet Identifier, the order of properties that may stand in
/// any, and Receive Maximum 20 of libmosquitto. MQTT.js puts User Properties of the same name together.
fn plain(tool: Tool, mut packet: Packet) -> Packet {
    let sort = |properties: &mut Properties| {
        properties.0.sort_by_key(|property| {
            // User Properties keep their order among themselves.
            (property.id() == PropertyId::UserProperty, property.id())
        });
        if tool == Tool::MqttJs {
            properties.0.sort_by_key(|property| match property {
                Property::UserProperty((name, _)) => name.clone(),
                _ => "".into(),
            });
        }
    };
    match &mut packet {
        Packet::Connect(connect) => {
            if matches!(tool, Tool::Mosquitto | Tool::PowerShell) {
                connect.properties.0.retain(|p| *p != Property::ReceiveMaximum(20));
            }
            sort(&mut connect.properties);
            if let Some(will) = &mut connect.will {
                sort(&mut will.properties);
            }
        }
        Packet::Publish(publish) => {
            publish.packet_id = publish.packet_id.map(|_| PacketId::MIN);
            sort(&mut publish.properties);
        }
        Packet::Subscribe(subscribe) => {
            subscribe.packet_id = PacketId::MIN;
            sort(&mut subscribe.properties);
        }
        Packet::Unsubscribe(unsubscribe) => unsubscribe.packet_id = PacketId::MIN,
        Packet::Disconnect(disconnect) => sort(&mut disconnect.properties),
        _ => {}
    }
    packet
}

/// Stands between a client and Mosquitto, and keeps what the client sends.
struct Tap {
    port: u16,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    fn open() -> Tap {
        let url = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
        let address = url.replace("mqtt://", "");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let keep = sent.clone();
        thread::spawn(move || {
            // One client, which may come again after it was refused: only what it sends first counts.
            let (client, _) = listener.accept().expect("the client comes");
            let server = TcpStream::connect(address).expect("Mosquitto listens");
            let twin = |stream: &TcpStream| stream.try_clone().expect("a socket can be shared");
            let (from_server, to_client) = (twin(&server), twin(&client));
            let back = thread::spawn(move || pass(from_server, to_client, |_| ()));
            pass(client, server, |bytes| {
                keep.lock().expect("nobody has panicked").extend_from_slice(bytes);
            });
            let _ = back.join();
        });
        Tap { port, sent }
    }

    /// Everything that was sent, once a packet of that type is among it or nothing more comes.
    fn wait_for(&self, packet_type: PacketType) -> Vec<Packet> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let mut deframer = Deframer::new();
            deframer.push(&self.sent.lock().expect("nobody has panicked"));
            let mut packets = Vec::new();
            while let Ok(Some(frame)) = deframer.next_frame() {
                packets.push(decode(&frame, Some(Sender::Client)).expect("the client is sound"));
            }
            let is_there = packets.iter().any(|packet| packet.packet_type() == packet_type);
            if is_there || Instant::now() > give_up {
                return packets;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut see: impl FnMut(&[u8])) {
    let mut buffer = [0; 4096];
    while let Ok(length) = from.read(&mut buffer) {
        see(&buffer[..length]);
        if length == 0 || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// A command with everything that it starts; it ends with the test.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> Running {
        // A group of its own, so that a shell and what it runs end together.
        command.process_group(0).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(command.spawn().expect("it can be started"))
    }

    /// Ends it; what it has written.
    fn end(&mut self) -> String {
        self.kill();
        let mut text = String::new();
        for stream in [
            self.0.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read>),
            self.0.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read>),
        ] {
            let mut bytes = Vec::new();
            let _ = stream.map(|mut stream| stream.read_to_end(&mut bytes));
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        text
    }

    fn kill(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
