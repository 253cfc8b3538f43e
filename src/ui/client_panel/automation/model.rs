//! What a client that acts by itself is doing, in words.

use crate::lab::{Automation, LoginState, Loss, ReconnectState, Retry};
use crate::language::Strings;
use crate::mqtt::ReasonCode;

/// One short line; the moment of the next thing stands beside it.
pub fn doing(automation: &Automation, strings: &Strings) -> String {
    match automation {
        Automation::Responder(r) => {
            let mut words = strings.does_answered(r.answered, r.requests);
            let waiting = r.waiting() + r.collected();
            if waiting > 0 {
                words += &strings.does_waiting(waiting);
            }
            if r.left_unanswered > 0 {
                words += &strings.does_unanswered(r.left_unanswered);
            }
            words
        }
        Automation::ResourceService(r) => {
            let mut words = strings.does_served(r.requests, r.store.len());
            if let Some(last) = r.log.last() {
                words += &strings.does_last_served(&last.method, &last.path, last.status);
            }
            words
        }
        Automation::PeriodicPublisher(r) => match r.config.count {
            Some(count) => strings.does_published_of(count, r.sent),
            None => strings.does_published(r.sent),
        },
        Automation::SlowConsumer(r) => match &r.working_on {
            Some(work) => strings.does_working(r.finished, work.packet_id, r.waiting),
            None => strings.does_idle(r.finished),
        },
        Automation::Reconnect(r) => match r.state {
            ReconnectState::Watching => strings.does_watching().to_owned(),
            ReconnectState::Waiting { number, .. } => strings.does_try_next(number, r.config.tries),
            ReconnectState::Trying { number } => strings.does_trying(number, r.config.tries),
            ReconnectState::GivenUp => match r.log.back() {
                Some((_, _, Retry::TriesUsedUp)) => strings.does_given_up_tries().to_owned(),
                Some((_, loss, _)) => strings.does_given_up(loss_words(loss, strings)),
                None => strings.does_given_up_tries().to_owned(),
            },
        },
        Automation::Login(r) => match &r.state {
            LoginState::Waiting => strings.login_waiting().to_owned(),
            LoginState::Answered => strings.login_answered().to_owned(),
            LoginState::Verified => strings.login_verified().to_owned(),
            LoginState::Failed(error) => strings.login_failed(error),
            LoginState::Refused(code) => strings.login_refused(code_words(*code)),
        },
    }
}

/// More to know, a line each.
pub fn details(automation: &Automation, strings: &Strings) -> Vec<String> {
    match automation {
        Automation::ResourceService(r) => {
            r.store.iter().map(|(path, value)| format!("{path} = {value}")).collect()
        }
        Automation::Reconnect(r) => {
            let line = |(_, loss, retry): &(_, Loss, Retry)| {
                let loss = loss_words(loss, strings);
                match retry {
                    Retry::After(wait) => strings.does_log_retry(loss, wait.as_secs_f64()),
                    Retry::Pointless => strings.does_log_pointless(loss),
                    Retry::TriesUsedUp => strings.does_log_used_up(loss),
                }
            };
            let reference = r.server_reference().map(|to| strings.does_elsewhere(to));
            r.log.iter().rev().take(5).map(line).chain(reference).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether it stopped where somebody should look.
pub fn is_stuck(automation: &Automation) -> bool {
    match automation {
        Automation::Reconnect(r) => r.state == ReconnectState::GivenUp,
        Automation::Login(r) => matches!(r.state, LoginState::Failed(_) | LoginState::Refused(_)),
        _ => false,
    }
}

fn loss_words(loss: &Loss, strings: &Strings) -> String {
    match loss {
        Loss::Told { packet, reason_code, .. } => {
            format!("{} {}", packet.name(), code_words(*reason_code))
        }
        Loss::Violation(code) => strings.does_loss_violation(code_words(*code)),
        Loss::Silent => strings.does_loss_silent().to_owned(),
        Loss::NotReached => strings.does_loss_not_reached().to_owned(),
    }
}

fn code_words(code: ReasonCode) -> String {
    format!("0x{:02X} {}", code.value(), code.name())
}
