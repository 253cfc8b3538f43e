//! What a learner sees and does on the page.

use std::path::Path;

use mqtt5_playground::language::{Language, Strings};
use serde_json::json;
use thirtyfour::error::WebDriverResult;
use thirtyfour::extensions::query::ElementQuery;
use thirtyfour::prelude::*;

use crate::browser::{Browser, setting};

pub type Outcome = WebDriverResult<()>;

pub struct Page {
    browser: Browser,
    language: Language,
}

impl Page {
    pub fn new(browser: Browser, language: Language) -> Page {
        Page { browser, language }
    }

    pub fn driver(&self) -> &WebDriver {
        &self.browser.driver
    }

    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The words that the page shows.
    pub fn strings(&self) -> &'static Strings {
        self.language.strings()
    }

    /// Opens a place of the page, such as `exercise=first-connect&broker=tab`, and waits until the program runs.
    pub async fn open(&self, query: &str) -> Outcome {
        self.go(query).await?;
        self.has_started().await
    }

    /// The same, without waiting.
    pub async fn go(&self, query: &str) -> Outcome {
        let address = format!("{}?{query}&lang={}", setting("PAGE_URL"), self.language.tag());
        self.driver().goto(address).await
    }

    pub async fn reload(&self) -> Outcome {
        self.driver().refresh().await?;
        self.has_started().await
    }

    async fn has_started(&self) -> Outcome {
        self.gone("#loading").await?;
        self.see("#main").await?;
        // What is read, or waited for, before a part of the page is there.
        let before = By::Css("[data-reading], main > .empty > .waiting");
        self.driver().query(before).not_exists().await?;
        Ok(())
    }

    /// Elements that can be seen. One that goes away while it is looked at cannot.
    fn in_sight(&self, by: By) -> ElementQuery {
        self.driver().query(by).ignore_errors(true).and_displayed()
    }

    /// The first element in sight that fits the selector, as soon as there is one.
    pub async fn see(&self, css: &str) -> WebDriverResult<WebElement> {
        self.in_sight(By::Css(css)).first().await
    }

    /// Waits until an element in sight holds this piece of HTML.
    pub async fn see_html(&self, css: &str, html: &str) -> Outcome {
        let html = html.to_owned();
        let holds = move |element: WebElement| {
            let html = html.clone();
            async move {
                // The browser writes a space that does not break as an entity.
                let inner = element.inner_html().await.unwrap_or_default();
                Ok(inner.replace("&nbsp;", "\u{a0}").contains(&html))
            }
        };
        self.in_sight(By::Css(css)).with_filter(holds).first().await?;
        Ok(())
    }

    /// Waits until an element in sight has a text that fits.
    pub async fn see_text(&self, css: &str, fits: fn(&str) -> bool) -> Outcome {
        let holds = move |element: WebElement| async move {
            Ok(element.text().await.is_ok_and(|text| fits(&text)))
        };
        self.in_sight(By::Css(css)).with_filter(holds).first().await?;
        Ok(())
    }

    /// Waits until no such element is in sight.
    pub async fn gone(&self, css: &str) -> Outcome {
        self.in_sight(By::Css(css)).wait_until_gone().await
    }

    /// Whether such an element is in sight now.
    pub async fn shows(&self, css: &str) -> WebDriverResult<bool> {
        self.in_sight(By::Css(css)).nowait().exists().await
    }

    /// How many such elements there are now.
    pub async fn count(&self, css: &str) -> WebDriverResult<usize> {
        Ok(self.driver().find_all(By::Css(css)).await?.len())
    }

    /// A button or link by the beginning of its words.
    pub async fn button(&self, words: &str) -> WebDriverResult<WebElement> {
        let words = literal(words);
        let xpath =
            format!("//*[self::button or self::a][starts-with(normalize-space(.), {words})]");
        self.in_sight(By::XPath(xpath)).first().await
    }

    /// Waits until a step of the exercise is in that state.
    pub async fn step(&self, id: &str, state: &str) -> Outcome {
        self.driver().query(By::Css(format!("#step-{id}[data-state={state}]"))).first().await?;
        Ok(())
    }

    /// Opens a step whose title alone is in sight.
    pub async fn unfold_step(&self, step: &str) -> Outcome {
        let title = self.see(&format!("#step-{step} .step__toggle")).await?;
        // It may open by itself just before it is pressed, which closes it.
        for _ in 0..3 {
            if title.attr("aria-expanded").await?.as_deref() != Some("false") {
                break;
            }
            press(&title).await?;
        }
        Ok(())
    }

    /// A button of a step, counted from 1, once it can be pressed.
    pub async fn control(&self, step: &str, nth: usize) -> WebDriverResult<WebElement> {
        self.unfold_step(step).await?;
        let button = format!("#step-{step} .step__control button:nth-child({nth}):not(:disabled)");
        self.see(&button).await
    }

    pub async fn press_control(&self, step: &str, nth: usize) -> Outcome {
        press(&self.control(step, nth).await?).await
    }

    /// Has the form of a step's own act opened, and filled in if asked for; sending is left to the panel.
    pub async fn write_by_hand(&self, step: &str, filled_in: bool) -> Outcome {
        let nth = if filled_in { 2 } else { 1 };
        self.unfold_step(step).await?;
        let button =
            format!("#step-{step} .step__control--by-hand button:nth-child({nth}):not(:disabled)");
        press(&self.see(&button).await?).await
    }

    /// Presses the button of a step that says this, as soon as it does.
    pub async fn press_labelled(&self, step: &str, words: impl AsRef<str>) -> Outcome {
        self.unfold_step(step).await?;
        let words = literal(words.as_ref());
        let button = format!(
            "//li[@id='step-{step}']//div[@class='step__control']/button[contains(., {words})][not(@disabled)]"
        );
        press(&self.in_sight(By::XPath(button)).first().await?).await
    }

    /// Chooses an answer to the question of a step, counted from 1.
    pub async fn predict(&self, step: &str, option: usize) -> Outcome {
        let option = option - 1;
        self.unfold_step(step).await?;
        let answer = format!("#step-{step} .prediction__option[data-option='{option}']");
        press(&self.see(&answer).await?).await
    }

    /// Types an answer to the question of a step.
    pub async fn predict_by_typing(&self, step: &str, answer: &str) -> Outcome {
        self.unfold_step(step).await?;
        let form = format!("#step-{step} .prediction__typed");
        type_over(&self.see(&format!("{form} input")).await?, answer).await?;
        press(&self.see(&format!("{form} button")).await?).await
    }

    /// Waits until the wire has marked the prediction: `met` or `contradicted`.
    pub async fn marked(&self, step: &str, state: &str) -> Outcome {
        self.unfold_step(step).await?;
        self.see(&format!("#step-{step} .prediction[data-state={state}]")).await?;
        Ok(())
    }

    /// A packet in the list, by its name and its way: `PUBLISH`, `A`, `out`. Rows are counted from the oldest.
    pub async fn packet(&self, name: &str, client: char, way: &str) -> WebDriverResult<WebElement> {
        let row = format!(
            "//li[@data-client='{client}'][@data-direction='{way}']//button[contains(., {})]",
            literal(name)
        );
        self.in_sight(By::XPath(row)).first().await
    }

    pub fn panel(&self, client: char) -> Panel<'_> {
        Panel { page: self, client }
    }

    /// Runs the body of a function in the page.
    pub async fn evaluate(&self, script: &str) -> WebDriverResult<serde_json::Value> {
        Ok(self.driver().execute(script, Vec::new()).await?.json().clone())
    }

    /// By how many pixels the page is wider than there is room, where a scrollbar takes room too.
    pub async fn too_wide(&self) -> WebDriverResult<serde_json::Value> {
        let script = "const { scrollWidth, clientWidth } = document.documentElement;
            return scrollWidth - clientWidth";
        self.evaluate(script).await
    }

    /// Waits until the page has been drawn once more.
    pub async fn next_frame(&self) -> Outcome {
        let script = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 0))";
        self.driver().execute_async(script, Vec::new()).await?;
        Ok(())
    }

    /// Takes from the console what is expected there: complaints that hold one of these words.
    pub async fn expect_complaints(&self, expected: &[&str]) -> Outcome {
        let unexpected: Vec<String> = self
            .browser
            .complaints()
            .await?
            .into_iter()
            .filter(|complaint| !expected.iter().any(|words| complaint.contains(words)))
            .collect();
        assert!(unexpected.is_empty(), "the console holds {unexpected:#?}");
        Ok(())
    }

    /// What the operating system wishes: `light` or `dark`.
    pub async fn prefer(&self, scheme: &str) -> Outcome {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    pub fn is_in_firefox(&self) -> bool {
        self.browser.bidi().is_some()
    }

    /// As if the operating system had been told that nothing shall move.
    pub async fn prefer_stillness(&self) -> Outcome {
        let features =
            json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        self.driver().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Makes the browser's window of this size.
    pub async fn with_size(&self, width: u32, height: u32) -> Outcome {
        self.with_metrics(width, height, 1, false).await
    }

    /// Makes the browser a phone of this width; Firefox only takes its size.
    pub async fn on_phone(&self, width: u32, height: u32) -> Outcome {
        self.with_metrics(width, height, 2, true).await
    }

    async fn with_metrics(&self, width: u32, height: u32, scale: u32, mobile: bool) -> Outcome {
        if let Some(mut bidi) = self.browser.bidi() {
            let context = bidi.tab();
            let viewport = json!({ "width": width, "height": height });
            bidi.send(
                "browsingContext.setViewport",
                json!({ "context": context, "viewport": viewport, "devicePixelRatio": scale }),
            );
            return Ok(());
        }
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Lets the page read and write the clipboard; for Firefox, `webdriver.json` does.
    pub async fn allow_clipboard(&self) -> Outcome {
        if self.browser.bidi().is_none() {
            let permissions =
                json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
            self.driver().cdp().send_raw("Browser.grantPermissions", permissions).await?;
        }
        Ok(())
    }

    /// Has what is downloaded saved in this folder, without a question.
    pub async fn download_to(&self, folder: &Path) -> Outcome {
        if let Some(mut bidi) = self.browser.bidi() {
            let behaviour = json!({ "type": "allowed", "destinationFolder": folder });
            bidi.send("browser.setDownloadBehavior", json!({ "downloadBehavior": behaviour }));
            return Ok(());
        }
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder });
        self.driver().cdp().send_raw("Browser.setDownloadBehavior", behaviour).await?;
        Ok(())
    }
}

/// The panel of one client.
pub struct Panel<'a> {
    page: &'a Page,
    client: char,
}

impl Panel<'_> {
    /// Opens the panel where it is closed: beside the picture there is room for one.
    pub async fn open(&self) -> Outcome {
        let card = format!("#card-{}", self.client.to_ascii_lowercase());
        let panel = format!(".client-panel[data-client={}]", self.client);
        self.page.see(&format!("{card}, {panel}")).await?;
        let closed = format!("{card}[aria-expanded=false]");
        if !self.page.shows(&closed).await? {
            return Ok(());
        }
        // What was pressed last may be about to open it.
        self.page.next_frame().await?;
        if self.page.shows(&closed).await? {
            press(&self.page.see(&closed).await?).await?;
        }
        Ok(())
    }

    async fn find(&self, xpath: &str) -> WebDriverResult<WebElement> {
        self.open().await?;
        let panel =
            format!("//section[contains(@class, 'client-panel')][@data-client='{}']", self.client);
        let xpath = format!("{panel}{xpath}");
        self.page.in_sight(By::XPath(xpath)).first().await
    }

    /// Presses the button that sends the form in sight.
    pub async fn send(&self, packet: &str) -> Outcome {
        let words = literal(&self.page.strings().panel_send(packet));
        let button = format!("//button[@type='submit'][starts-with(normalize-space(.), {words})]");
        press(&self.find(&button).await?).await
    }

    /// Waits until the panel's lamp says so.
    pub async fn says(&self, word: &str) -> Outcome {
        let status = format!("//header//*[@role='status'][normalize-space(.)={}]", literal(word));
        self.find(&status).await?;
        Ok(())
    }

    pub async fn connect(&self) -> Outcome {
        self.send("CONNECT").await?;
        self.says(self.page.strings().link_connected()).await
    }

    /// Chooses the form for a packet.
    pub async fn choose(&self, packet: &str) -> Outcome {
        press(&self.find(&format!("//*[@role='tab'][normalize-space(.)='{packet}']")).await?).await
    }

    /// The control that a label belongs to.
    pub async fn field(&self, label: &str) -> WebDriverResult<WebElement> {
        let label = format!("//label[starts-with(normalize-space(.), {})][@for]", literal(label));
        let id = self.find(&label).await?.attr("for").await?.unwrap_or_default();
        self.page.in_sight(By::Id(id)).first().await
    }

    /// Types over what stands in a field.
    pub async fn fill(&self, label: &str, text: &str) -> Outcome {
        type_over(&self.field(label).await?, text).await
    }

    /// Types over one of the User Properties, counted from 1.
    pub async fn fill_pair(&self, number: usize, name: &str, value: &str) -> Outcome {
        let strings = self.page.strings();
        for (label, text) in
            [(strings.form_pair_name(number), name), (strings.form_pair_value(number), value)]
        {
            let input = format!("//form//input[@aria-label={}]", literal(&label));
            type_over(&self.find(&input).await?, text).await?;
        }
        Ok(())
    }

    pub async fn add_pair(&self) -> Outcome {
        press(&self.button(self.page.strings().form_pair_add()).await?).await
    }

    pub async fn choose_qos(&self, qos: u8) -> Outcome {
        let option = format!("//form//label[input[@type='radio']][normalize-space(.)='{qos}']");
        press(&self.find(&option).await?).await
    }

    /// Has the bytes of a field written as hexadecimal digits.
    pub async fn as_hex(&self, label: &str) -> Outcome {
        let id = self.field(label).await?.attr("id").await?.unwrap_or_default();
        let words = literal(self.page.strings().form_as_hex());
        let button = format!(
            "//*[@id={}]/following-sibling::*[@role='group']/button[normalize-space(.)={words}]",
            literal(&id)
        );
        press(&self.find(&button).await?).await
    }

    /// Chooses the Reason Code that begins so.
    pub async fn choose_code(&self, code: &str) -> Outcome {
        let option = format!("//form//option[starts-with(normalize-space(.), {})]", literal(code));
        self.find(&option).await?.click().await
    }

    /// Opens folded settings by their title.
    pub async fn unfold(&self, title: &str) -> Outcome {
        let folded =
            format!("//details[summary[starts-with(normalize-space(.), {})]]", literal(title));
        let details = self.find(&folded).await?;
        if details.prop("open").await?.as_deref() != Some("true") {
            press(&details.find(By::Css("summary")).await?).await?;
        }
        Ok(())
    }

    pub async fn button(&self, words: &str) -> WebDriverResult<WebElement> {
        self.find(&format!("//button[starts-with(normalize-space(.), {})]", literal(words))).await
    }

    /// Waits until something in the panel holds these words.
    pub async fn mentions(&self, words: &str) -> Outcome {
        self.find(&format!("//*[contains(normalize-space(.), {})]", literal(words))).await?;
        Ok(())
    }
}

/// Presses what may have to be scrolled into view first.
pub async fn press(element: &WebElement) -> Outcome {
    element.scroll_into_view().await?;
    element.click().await
}

/// Presses a key where the focus is.
pub async fn press_key(page: &Page, key: Key) -> Outcome {
    page.driver().action_chain().send_keys(key).perform().await
}

/// Replaces what stands in a field.
pub async fn type_over(input: &WebElement, text: &str) -> Outcome {
    input.send_keys(Key::Control + "a").await?;
    match text {
        "" => input.send_keys(Key::Delete + "").await,
        text => input.send_keys(text).await,
    }
}

/// A text as XPath writes it.
fn literal(text: &str) -> String {
    match text.contains('"') {
        false => format!("\"{text}\""),
        true => {
            assert!(!text.contains('\''), "XPath has no way to write {text}");
            format!("'{text}'")
        }
    }
}
