//! What a tool cannot say, or does of its own accord.

use crate::language::Strings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The bench client keeps its connection.
    OtherClientIdentifier,
    /// The Session is that of the bench client, so its Client Identifier is too.
    TakesOver,
    /// Nobody outside reaches the broker in the tab.
    BrokerInTab,
    /// The tool speaks plain TCP only.
    NoWebSocket,
    /// libmosquitto puts Receive Maximum 20 into CONNECT.
    ReceiveMaximum20,
    /// There is no command that only connects.
    NeedsSubscription,
    UnsubscribeNeedsSubscription,
    KeepAliveAtLeast5,
    /// Text or bytes that an argument of a command cannot hold, by the specification's name.
    NotInArgument(&'static str),
    /// libmosquitto refuses texts with control characters.
    ControlCharacter(&'static str),
    /// Arguments on Windows are in the system's code page.
    CodePage(&'static str),
    NoLocal,
    RetainHandling1,
    /// `-R` stands for Retain Handling 2, and for more.
    HidesLiveRetained,
    /// The same QoS and options for every Topic Filter.
    SameForAllFilters,
    DisconnectReasonCode,
    DisconnectProperties,
    TopicBehindAlias,
    PasswordWithoutUserName,
    EmptyUserName,
    PasswordNotText,
    UserPropertiesReordered,
    OneFilterAPacket,
    EmptyIdKeepsNoSession,
    /// A value that the library takes for none.
    NotSent(&'static str),
    /// Paho for Go knows all Will Properties, but sends two of them.
    WillPropertiesNotSent,
    ChoosesTopicAlias,
    ChoosesSubscriptionIdentifier,
    AuthenticationNeedsClass,
}

impl Note {
    pub(super) fn words(self, strings: &Strings) -> String {
        match self {
            Note::OtherClientIdentifier => strings.other_clients_note_other_client_id().to_owned(),
            Note::TakesOver => strings.other_clients_note_takes_over().to_owned(),
            Note::CodePage(name) => strings.other_clients_note_code_page(name),
            Note::HidesLiveRetained => strings.other_clients_note_hides_live_retained().to_owned(),
            Note::NotSent(name) => strings.other_clients_note_not_sent(name),
            Note::WillPropertiesNotSent => {
                strings.other_clients_note_will_properties_not_sent().to_owned()
            }
            Note::ChoosesTopicAlias => strings.other_clients_note_chooses_topic_alias().to_owned(),
            Note::ChoosesSubscriptionIdentifier => {
                strings.other_clients_note_chooses_subscription_identifier().to_owned()
            }
            Note::AuthenticationNeedsClass => {
                strings.other_clients_note_authentication_needs_class().to_owned()
            }
            Note::BrokerInTab => strings.other_clients_note_in_tab().to_owned(),
            Note::NoWebSocket => strings.other_clients_note_no_websocket().to_owned(),
            Note::ReceiveMaximum20 => strings.other_clients_note_receive_maximum().to_owned(),
            Note::NeedsSubscription => strings.other_clients_note_needs_subscription().to_owned(),
            Note::UnsubscribeNeedsSubscription => {
                strings.other_clients_note_unsubscribe_subscribes().to_owned()
            }
            Note::KeepAliveAtLeast5 => strings.other_clients_note_keep_alive().to_owned(),
            Note::NotInArgument(name) => strings.other_clients_note_not_in_argument(name),
            Note::ControlCharacter(name) => strings.other_clients_note_control_character(name),
            Note::NoLocal => strings.other_clients_note_no_local().to_owned(),
            Note::RetainHandling1 => strings.other_clients_note_retain_handling().to_owned(),
            Note::SameForAllFilters => strings.other_clients_note_same_for_all().to_owned(),
            Note::DisconnectReasonCode => {
                strings.other_clients_note_disconnect_reason_code().to_owned()
            }
            Note::DisconnectProperties => {
                strings.other_clients_note_disconnect_properties().to_owned()
            }
            Note::TopicBehindAlias => strings.other_clients_note_topic_behind_alias().to_owned(),
            Note::PasswordWithoutUserName => strings.other_clients_note_password_alone().to_owned(),
            Note::EmptyUserName => strings.other_clients_note_empty_user_name().to_owned(),
            Note::PasswordNotText => strings.other_clients_note_password_not_text().to_owned(),
            Note::UserPropertiesReordered => {
                strings.other_clients_note_user_properties_reordered().to_owned()
            }
            Note::OneFilterAPacket => strings.other_clients_note_one_filter_a_packet().to_owned(),
            Note::EmptyIdKeepsNoSession => strings.other_clients_note_empty_id().to_owned(),
        }
    }
}
