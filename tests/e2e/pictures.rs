//! Pictures for the documentation, taken by the tests that lead the page there.

use std::path::PathBuf;
use std::{env, fs};

use mqtt5_playground::language::Language;
use serde_json::json;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press};
use crate::stage::is_played;

/// What a picture shows of the page, in CSS pixels.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;
/// A part by itself stands in a higher page, so that it has the room to show all of itself.
const HEIGHT_FOR_PARTS: u32 = 1080;

/// Takes pictures of the page as it is now, in light and in dark, 1280 pixels wide: `<name>-light.png` and
/// `<name>-dark.png`, in `docs/pictures/` with `UPDATE_DOCS=1`, otherwise in `target/pictures/`.
///
/// The name is small letters and hyphens. The test goes on in the browser as it was, but without pictures of its own
/// wishes: neither [`Page::prefer`] nor [`Page::on_phone`] outlives a picture. In Firefox, none is taken.
pub async fn picture(page: &Page, name: &str) -> Outcome {
    take(page, name, HEIGHT, None).await
}

/// The same, higher: for a page whose parts belong together though a usual window does not hold them all.
pub async fn high_picture(page: &Page, name: &str) -> Outcome {
    take(page, name, 1220, None).await
}

/// The same, of nothing but the first element in sight that fits the selector.
pub async fn picture_of(page: &Page, name: &str, css: &str) -> Outcome {
    take(page, name, HEIGHT_FOR_PARTS, Some(css)).await
}

async fn take(page: &Page, name: &str, height: u32, part: Option<&str>) -> Outcome {
    if page.browser().bidi().is_some() {
        return Ok(());
    }
    let folder = folder();
    fs::create_dir_all(&folder).expect("the folder for pictures can be made");
    let cdp = page.driver().cdp();
    let metrics =
        json!({ "width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": false });
    cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
        page.driver().execute_async(SETTLED, Vec::new()).await?;
        let file = folder.join(format!("{name}-{scheme}.png"));
        match part {
            Some(css) => {
                page.evaluate(SPLITTERS_AWAY).await?;
                page.see(css).await?.screenshot(&file).await?;
                page.evaluate(SPLITTERS_BACK).await?;
            }
            None => page.driver().screenshot(&file).await?,
        }
    }
    cdp.send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
    cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

/// What divides two parts reaches over the edges of both.
const SPLITTERS_AWAY: &str =
    "document.querySelectorAll('.splitter').forEach(s => s.style.visibility = 'hidden')";
const SPLITTERS_BACK: &str =
    "document.querySelectorAll('.splitter').forEach(s => s.style.visibility = '')";

/// Goes on once everything that moves has arrived and the page has been drawn since.
const SETTLED: &str = "
    const done = arguments[arguments.length - 1];
    const drawn = () => new Promise(requestAnimationFrame);
    const moving = () => document.getAnimations().filter(a => isFinite(a.effect.getComputedTiming().endTime));
    drawn().then(drawn).then(() => Promise.allSettled(moving().map(a => a.finished))).then(drawn).then(() => done(null));
";

fn folder() -> PathBuf {
    let is_wanted = env::var("UPDATE_DOCS").is_ok_and(|value| value == "1");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    match is_wanted {
        true => root.join("docs/pictures"),
        false => PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("pictures"),
    }
}

/// The first things that somebody sees.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_home_page_and_an_exercise_can_be_shown() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("broker=tab").await?;
        page.see(".live__head .button").await?.click().await?;
        page.see(".live .inspector .hex").await?;
        picture(&page, "home").await?;

        page.open("exercise=first-connect&broker=tab").await?;
        page.panel('A').connect().await?;
        page.packet("CONNACK", 'A', "in").await?.click().await?;
        page.see(".inspector .hex").await?;
        picture(&page, "exercise").await?;
        for name in ["home", "exercise"] {
            for scheme in ["light", "dark"] {
                let picture = fs::read(folder().join(format!("{name}-{scheme}.png")));
                let picture = picture.expect("the picture was taken");
                // The size stands at a fixed place of every PNG file.
                let size: Vec<u32> = picture[16..24]
                    .chunks(4)
                    .map(|number| u32::from_be_bytes(number.try_into().expect("four bytes")))
                    .collect();
                assert_eq!(size, [WIDTH, HEIGHT], "{name} {scheme}");
            }
        }
        Ok(())
    })
    .await
}

/// Each picture of the stage by its name, with the exercise that shows it best.
const ON_STAGE: [(&str, &str); 9] = [
    ("stage-alias-ledger", "save-bytes"),
    ("stage-alias-game", "auto-alias"),
    ("stage-requests", "out-of-order"),
    ("stage-sessions", "resume"),
    ("stage-tracer", "overlap"),
    ("stage-metadata", "first-user-property"),
    ("stage-window", "receive-maximum"),
    ("stage-codes", "collect-them-all"),
    ("stage-scram", "scram-login"),
];

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_pictures_of_the_stage_can_be_shown() -> Outcome {
    in_browser(Language::En, |page| async move {
        for (name, exercise) in ON_STAGE {
            page.open(&format!("exercise={exercise}&broker=tab")).await?;
            press(&page.button(page.strings().lesson_play_solution()).await?).await?;
            is_played(&page).await?;
            picture_of(&page, name, "[data-picture]").await?;
        }
        Ok(())
    })
    .await
}
