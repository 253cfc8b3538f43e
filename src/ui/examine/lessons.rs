//! Which probes ask for what an exercise uses.

/// By the id of the exercise.
pub fn of_exercise(exercise: &str) -> &'static [&'static str] {
    match exercise {
        "first-connect" => &["speaks-5", "client-id-assigned", "one-connack"],
        "connect-properties" => &[
            "receive-maximum",
            "topic-alias-maximum",
            "session-expiry-granted",
            "server-keep-alive",
        ],
        "three-or-five" => &["version-3-1-1", "protocol-version"],
        "goodbye" => &["will-not-after-goodbye", "will-after-0x04", "will-on-failure"],
        "first-user-property" | "order-and-repeats" | "your-own-schema" | "payload-or-property" => {
            &["user-properties", "user-properties-order", "properties-order"]
        }
        "message-metadata" => {
            &["payload-format", "content-type", "properties-order", "publish-payload-not-utf-8"]
        }
        "message-expiry" => &["expiry-kept", "expiry-reduced", "expired-not-sent"],
        "alias-handshake" | "save-bytes" | "auto-alias" => {
            &["topic-alias-maximum", "alias-used", "alias-moved"]
        }
        "alias-broken" => &["alias-used", "alias-unknown", "alias-of-one-connection"],
        "session-gone" => &["session-resumed", "session-subscriptions", "clean-start"],
        "properties-missing" => &["user-properties", "content-type", "properties-while-waiting"],
        "collect-them-all" => &["suback-codes", "unsuback", "no-subscribers", "pubrel-unknown"],
        "alias-lifetime" => &["alias-of-one-connection", "alias-unknown"],
        "alias-out-of-range" => &["alias-above-maximum", "publish-alias-0"],
        "alias-from-the-server" => {
            &["alias-from-the-server", "alias-within-maximum", "alias-none-unasked"]
        }
        "first-request" | "out-of-order" | "timeout" | "unknown-correlation" | "rest-like" => {
            &["response-topic", "correlation-data", "expiry-kept"]
        }
        "response-information" => &["response-information", "response-information-unasked"],
        "subscription-id" => &["subscription-identifiers-available", "subscription-identifier"],
        "overlap" => &["overlapping-copies", "overlapping-identifiers-order", "overlapping-qos"],
        "no-local" => &["no-local", "subscribe-shared-no-local"],
        "retain-as-published" => {
            &["retain-available", "retain-as-published-0", "retain-as-published-1"]
        }
        "retain-handling" => {
            &["retain-available", "retain-handling-0", "retain-handling-1", "retain-handling-2"]
        }
        "shared-subscription" => &[
            "shared-subscriptions-available",
            "shared-one-copy",
            "shared-distribution",
            "shared-no-retained",
        ],
        "unsubscribe" => &["unsuback", "unsubscribed", "unsubscribe-exact"],
        "receive-maximum" | "hold-the-ack" => {
            &["receive-maximum-honoured", "receive-maximum-released"]
        }
        "qos-0-is-free" => &["receive-maximum-others-pass"],
        "qos-2-window" => &["receive-maximum-qos-2", "qos-2-moment"],
        "server-quota" => &["receive-maximum"],
        "overrun" => &["receive-maximum", "receive-maximum-of-the-server"],
        "maximum-packet-size" => {
            &["maximum-packet-size", "packet-size-of-the-client", "packet-size-and-reasons"]
        }
        "create" | "resume" => {
            &["session-new", "session-resumed", "session-subscriptions", "queued-qos-1"]
        }
        "clean-start-wins" => &["clean-start"],
        "expire" | "compare-intervals" => &["session-expires", "session-ends-with-connection"],
        "expiry-at-disconnect" => {
            &["session-expiry-at-disconnect", "session-expiry-lengthened", "session-expiry-raised"]
        }
        "takeover" => &["takeover-closes", "takeover-code", "session-taken-over"],
        "redelivery" => &["retry-qos-1", "retry-qos-2", "acknowledged-not-again"],
        "will-delay" => &[
            "will-delayed",
            "will-delay-and-return",
            "will-at-end-of-session",
            "will-after-takeover",
        ],
        "suback-mix" => &["suback-codes"],
        "no-matching-subscribers" => &["no-subscribers"],
        "not-authorized" | "problem-information" | "retry-or-not" => {
            &["reason-strings", "problem-information-0"]
        }
        "protocol-error" => &["second-connect", "publish-subscription-identifier"],
        "malformed" => &["subscribe-reserved-option", "type-0", "remaining-length"],
        "bad-method" | "not-really-auth" => {
            &["method-unknown", "no-method-no-auth", "auth-without-method"]
        }
        "scram-login" | "wrong-proof" | "re-authenticate" => &["scram", "auth-out-of-place"],
        _ => &[],
    }
}
