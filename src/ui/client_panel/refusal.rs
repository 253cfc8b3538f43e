//! Why an act was not done, in the learner's language.

use crate::client::CommandError;
use crate::delivery::AliasError;
use crate::lab::ActError;
use crate::language::{Language, Strings};
use crate::ui::format::grouped;
use crate::ui::forms::Problem;

/// One or two sentences as HTML with no text of the learner in it: what forbids it.
pub fn words(error: &ActError, language: Language) -> String {
    let strings = language.strings();
    match error {
        ActError::NoSuchClient(slot) => strings.panel_refused_no_client(slot.letter()),
        ActError::NotOpen => strings.panel_connect_first().to_owned(),
        ActError::NotInTab => strings.panel_refused_not_in_tab().to_owned(),
        ActError::Rule(error) => match *error {
            CommandError::NotEncodable(error) => Problem::Unwritable(error).words(language),
            CommandError::Forbidden(error) => Problem::Rule(error.kind).words(language),
            _ => command(error, strings).unwrap_or_else(|| error.to_string()),
        },
    }
}

/// Why the client role sent nothing, as text without markup. `None` where the packet itself is at fault.
pub fn command(error: &CommandError, strings: &Strings) -> Option<String> {
    use CommandError as E;
    Some(match error {
        E::NotEncodable(_) | E::Forbidden(_) => return None,
        E::NotConnected => strings.panel_connect_first().to_owned(),
        E::AwaitingConnAck => strings.panel_awaiting_connack().to_owned(),
        E::AwaitingAuthentication => strings.panel_refused_awaiting_authentication().to_owned(),
        E::ConnectedAlready => strings.panel_connected_already().to_owned(),
        E::Closing => strings.panel_closing_wait().to_owned(),
        E::MaximumQoSExceeded { qos, maximum } => {
            strings.panel_refused_maximum_qos(maximum.bits(), qos.bits())
        }
        E::RetainNotAvailable => strings.panel_refused_retain().to_owned(),
        E::TopicAlias(AliasError::Zero) => strings.panel_refused_alias_zero().to_owned(),
        E::TopicAlias(AliasError::AboveMaximum { maximum: 0, .. }) => {
            strings.panel_refused_alias_none().to_owned()
        }
        E::TopicAlias(AliasError::AboveMaximum { alias, maximum }) => {
            strings.panel_refused_alias_above(alias, maximum)
        }
        E::TopicAlias(AliasError::Unknown { alias }) => strings.panel_refused_alias_unknown(alias),
        E::TopicAlias(AliasError::Missing) => strings.panel_refused_alias_missing().to_owned(),
        E::WildcardSubscriptionNotAvailable => strings.panel_refused_wildcard().to_owned(),
        E::SharedSubscriptionNotAvailable => strings.panel_refused_shared().to_owned(),
        E::SubscriptionIdentifierNotAvailable => {
            strings.panel_refused_subscription_identifier().to_owned()
        }
        E::PacketTooLarge { size, maximum } => {
            strings.panel_refused_too_large(grouped(u64::from(*maximum)), grouped(*size as u64))
        }
        E::PacketIdsExhausted => strings.panel_refused_packet_ids().to_owned(),
        E::SessionExpiryWasZero => strings.panel_refused_session_expiry().to_owned(),
        E::NoAuthenticationMethod => strings.own_refused_no_method().to_owned(),
        E::AuthenticationMethodDiffers => strings.own_refused_method().to_owned(),
        E::AuthReasonCode { expected } => {
            strings.own_refused_auth_code(format!("0x{:02X} {}", expected.value(), expected.name()))
        }
        E::AuthOutOfTurn => strings.own_refused_auth_turn().to_owned(),
        E::NothingToAcknowledge(id) => strings.own_refused_not_held(id),
        E::AcknowledgeInOrder { packet_type, first } => {
            strings.own_refused_ack_order(first, packet_type.name())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::QoS;

    #[test]
    fn refusals_name_their_numbers_and_rules() {
        let error = ActError::Rule(CommandError::MaximumQoSExceeded {
            qos: QoS::ExactlyOnce,
            maximum: QoS::AtLeastOnce,
        });
        assert_eq!(error.rule(), Some("[MQTT-3.2.2-11]"));
        for language in Language::ALL {
            let words = words(&error, language);
            assert!(words.contains('2') && words.contains('1'), "{words}");
        }
        assert_eq!(ActError::NotOpen.rule(), None);
    }
}
