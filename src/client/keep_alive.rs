//! Keep Alive (§3.1.2.10): PINGREQ when nothing else is sent, and the wait for PINGRESP (§3.13).

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// `None` when Keep Alive is 0, which turns the mechanism off.
    interval: Option<Duration>,
    /// When the last packet of any kind was sent.
    last_sent: Instant,
    /// PINGREQs without an answer, oldest first.
    pings: VecDeque<Instant>,
    answer_within: Duration,
}

impl KeepAlive {
    pub fn new(keep_alive_secs: u16, last_sent: Instant, answer_within: Duration) -> KeepAlive {
        KeepAlive {
            interval: (keep_alive_secs > 0)
                .then(|| Duration::from_secs(u64::from(keep_alive_secs))),
            last_sent,
            pings: VecDeque::new(),
            answer_within,
        }
    }

    /// A packet of any kind is being sent.
    pub fn sent(&mut self, now: Instant) {
        self.last_sent = now;
    }

    pub fn ping_sent(&mut self, now: Instant) {
        self.pings.push_back(now);
    }

    /// PINGRESP has arrived: how long it took, or `None` when no PINGREQ waits for one.
    pub fn ping_answered(&mut self, now: Instant) -> Option<Duration> {
        self.pings.pop_front().map(|sent| now - sent)
    }

    /// When the next PINGREQ is due if nothing else is sent. A little before the interval ends, so
    /// that it is not exceeded on the way [MQTT-3.1.2-20].
    pub fn ping_due(&self) -> Option<Instant> {
        let interval = self.interval?;
        Some(self.last_sent + (interval - (interval / 10).min(MARGIN)))
    }

    /// When the oldest PINGREQ has waited too long for its answer.
    pub fn give_up_at(&self) -> Option<Instant> {
        self.pings.front().map(|sent| *sent + self.answer_within)
    }

    pub fn interval(&self) -> Option<Duration> {
        self.interval
    }

    pub fn next_timeout(&self) -> Option<Instant> {
        [self.ping_due(), self.give_up_at()].into_iter().flatten().min()
    }
}

const MARGIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: Duration = Duration::from_secs(10);

    /// [MQTT-3.1.2-20]
    #[test]
    fn pingreq_is_due_before_the_interval_ends() {
        for (secs, due_millis) in [(0, None), (1, Some(900)), (5, Some(4_500)), (60, Some(59_000))]
        {
            let keep_alive = KeepAlive::new(secs, Instant::START, ANSWER);
            assert_eq!(keep_alive.ping_due(), due_millis.map(Instant::from_millis), "{secs} s");
        }
    }

    #[test]
    fn every_packet_sent_starts_the_interval_anew() {
        let mut keep_alive = KeepAlive::new(5, Instant::START, ANSWER);
        keep_alive.sent(Instant::from_millis(2_000));
        assert_eq!(keep_alive.ping_due(), Some(Instant::from_millis(6_500)));
    }

    #[test]
    fn answers_belong_to_the_oldest_pingreq() {
        let at = Instant::from_millis;
        let mut keep_alive = KeepAlive::new(60, Instant::START, ANSWER);
        assert_eq!(keep_alive.ping_answered(at(0)), None);
        keep_alive.ping_sent(at(100));
        keep_alive.ping_sent(at(200));
        assert_eq!(keep_alive.give_up_at(), Some(at(10_100)));
        assert_eq!(keep_alive.ping_answered(at(150)), Some(Duration::from_millis(50)));
        assert_eq!(keep_alive.give_up_at(), Some(at(10_200)));
        assert_eq!(keep_alive.next_timeout(), Some(at(10_200)));
    }
}
