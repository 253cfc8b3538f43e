//! What docs/bench.md promises of the bench page, held before it is measured.

use serde_json::json;
use thirtyfour::error::WebDriverResult;

use crate::browser::setting;
use crate::run::{call, in_one_browser};

/// # Panics
///
/// If a function does something else.
pub async fn check() -> WebDriverResult<()> {
    let url = setting("PEERS_URL");
    let given = vec![json!(setting("MQTT_WS_URL"))];
    let told = in_one_browser(|page| async move {
        page.driver().goto(url).await?;
        page.driver().execute(include_str!("contract.js"), Vec::new()).await?;
        let told = call(&page, "checkContract", given).await?;
        // The browser itself complains of a WebSocket that does not open, and of what a listener has thrown.
        page.expect_complaints(&["WebSocket connection to", "the listener throws"]).await?;
        Ok(told)
    })
    .await?;
    assert_eq!(told, json!([]), "the bench page does not do what docs/bench.md says");
    Ok(())
}
