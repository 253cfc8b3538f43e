//! Looking inside: the snapshot.

use super::*;

#[test]
fn a_snapshot_tells_phase_limits_and_the_next_timeout() {
    let mut bench = Bench::new();
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Offline));
    bench.command(Command::Connect(Box::new(c([])))).unwrap();
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Opening { .. }));
    bench.input(Input::LinkUp);
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Connecting { .. }));
    bench.server("20 06 00 00 03 21 00 02");
    let limit = bench.connection().limits.receive_maximum;
    assert_eq!((limit.value, limit.sent), (2, true));
    let snapshot = bench.client.snapshot();
    assert_eq!(snapshot.next_timeout, None);
    bench.command(disconnect(ReasonCode::Success, [])).unwrap();
    assert!(matches!(bench.client.snapshot().phase, PhaseSnapshot::Closing));
}
