//! What a client that acts by itself is doing, in words.

use crate::lab::{
    Automation, Login, LoginState, Loss, PeriodicPublisher, Reconnect, ReconnectState,
    ResourceService, Responder, Retry, SlowConsumer,
};
use crate::language::Strings;
use crate::mqtt::ReasonCode;
use crate::ui::format::quoted;

/// One short line; the moment of the next thing stands beside it.
pub fn doing(automation: &Automation, strings: &Strings) -> String {
    if let Some(r) = automation.get::<Responder>() {
        let mut words = strings.does_answered(r.answered, r.requests);
        let waiting = r.waiting() + r.collected();
        if waiting > 0 {
            words += &strings.does_waiting(waiting);
        }
        if r.left_unanswered > 0 {
            words += &strings.does_unanswered(r.left_unanswered);
        }
        words
    } else if let Some(r) = automation.get::<ResourceService>() {
        let mut words = strings.does_served(r.requests, r.store.len());
        if let Some(last) = r.log.last() {
            words += &strings.does_last_served(&last.method, &last.path, last.status);
        }
        words
    } else if let Some(r) = automation.get::<PeriodicPublisher>() {
        match r.config.count {
            Some(count) => strings.does_published_of(count, r.sent),
            None => strings.does_published(r.sent),
        }
    } else if let Some(r) = automation.get::<SlowConsumer>() {
        match &r.working_on {
            Some(work) => strings.does_working(r.finished, work.packet_id, r.waiting),
            None => strings.does_idle(r.finished),
        }
    } else if let Some(r) = automation.get::<Reconnect>() {
        match r.state {
            ReconnectState::Watching => strings.does_watching().to_owned(),
            ReconnectState::Waiting { number, .. } => strings.does_try_next(number, r.config.tries),
            ReconnectState::Trying { number } => strings.does_trying(number, r.config.tries),
            ReconnectState::GivenUp => match r.log.back() {
                Some((_, _, Retry::TriesUsedUp)) => strings.does_given_up_tries().to_owned(),
                Some((_, loss, _)) => strings.does_given_up(loss_words(loss, strings)),
                None => strings.does_given_up_tries().to_owned(),
            },
        }
    } else if let Some(r) = automation.get::<Login>() {
        match &r.state {
            LoginState::Waiting => strings.login_waiting().to_owned(),
            LoginState::Answered => strings.login_answered().to_owned(),
            LoginState::Verified => strings.login_verified().to_owned(),
            LoginState::Failed(error) => strings.login_failed(error),
            LoginState::Refused(code) => strings.login_refused(code_words(*code)),
        }
    } else {
        String::new()
    }
}

/// More to know, a line each.
pub fn details(automation: &Automation, strings: &Strings) -> Vec<String> {
    if let Some(r) = automation.get::<ResourceService>() {
        r.store
            .iter()
            .map(|(path, value)| format!("{} = {}", quoted(path), quoted(&value.to_string())))
            .collect()
    } else if let Some(r) = automation.get::<Reconnect>() {
        let line = |(_, loss, retry): &(_, Loss, Retry)| {
            let loss = loss_words(loss, strings);
            match retry {
                Retry::After(wait) => strings.does_log_retry(loss, wait.as_secs_f64()),
                Retry::Pointless => strings.does_log_pointless(loss),
                Retry::TriesUsedUp => strings.does_log_used_up(loss),
            }
        };
        let reference = r.server_reference().map(|to| strings.does_elsewhere(quoted(to)));
        r.log.iter().rev().take(5).map(line).chain(reference).collect()
    } else {
        Vec::new()
    }
}

/// Whether it stopped where somebody should look.
pub fn is_stuck(automation: &Automation) -> bool {
    let reconnect = automation.get::<Reconnect>();
    let login = automation.get::<Login>();
    reconnect.is_some_and(|r| r.state == ReconnectState::GivenUp)
        || login.is_some_and(|r| matches!(r.state, LoginState::Failed(_) | LoginState::Refused(_)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ClientSlot;
    use crate::lab::{Act, BehaviourKind, Lab};
    use crate::language::Language;
    use crate::time::Instant;
    use crate::ui::client_panel::automation::settings;

    #[test]
    fn every_kind_says_what_it_does() {
        let mut lab = Lab::within_tab([7; 32]);
        lab.set_up(["client"], Instant::START);
        let client = ClientSlot(0);
        for kind in BehaviourKind::ALL {
            let act = Act::automate(client, settings::default(kind));
            lab.act(act, Instant::START).expect("it is always possible");
        }
        let running = lab.client(client).expect("it stands on the bench").automations();
        assert_eq!(running.iter().map(Automation::kind).collect::<Vec<_>>(), BehaviourKind::ALL);
        for automation in running {
            for language in Language::ALL {
                let words = doing(automation, language.strings());
                assert!(!words.is_empty(), "{:?}", automation.kind());
            }
        }
    }
}
