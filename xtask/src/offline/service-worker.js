// Answers for the web server, so that the page opens without a network too. `cargo xtask dist` fills in the version, which
// the document carries too, and the files.
const VERSION = "{version}";
const FILES = {files};

// Other pages of the same host may keep something as well.
const OURS = `${registration.scope} `;
const CACHE = OURS + VERSION;
const DOCUMENT = new URL("./", location);

addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const document = await fetch(DOCUMENT, { cache: "reload" });
      // While a new version is being uploaded, its worker may be there before its document.
      if (!document.ok || !(await document.clone().text()).includes(`content="${VERSION}"`)) {
        throw new Error(`the document is not that of version ${VERSION}`);
      }
      const cache = await caches.open(CACHE);
      await cache.addAll(FILES);
      await cache.put(DOCUMENT, document);
    })(),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const kept = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
      // Other tabs may still show the version before: its files stay until the next one.
      await Promise.all(kept.slice(0, -1).map((name) => caches.delete(name)));
      // The first visit, too, goes on without a network.
      await clients.claim();
    })(),
  );
});

addEventListener("message", ({ data }) => data === "take over" && skipWaiting());

// The name of every file carries a hash of its content: whichever version it is found in, it is the right one.
const found = async (request) => {
  for (const name of [CACHE, ...(await caches.keys())]) {
    if (!name.startsWith(OURS)) continue;
    const answer = await (await caches.open(name)).match(request);
    if (answer) return answer;
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  const answer = async () => {
    if (request.mode !== "navigate") return (await found(request)) ?? fetch(request);
    return (await (await caches.open(CACHE)).match(DOCUMENT)) ?? fetch(request);
  };
  event.respondWith(answer());
});
