// Keeps the page for times without a network. A new version waits until the reader takes it.
(() => {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const begin = async () => {
    const registration = await workers.register("service-worker.js", { updateViaCache: "none" });
    const tell = () => registration.waiting && registration.active && dispatchEvent(new Event("newversion"));
    const look = () => registration.installing?.addEventListener("statechange", tell);
    registration.addEventListener("updatefound", look);
    look();
    tell();
    addEventListener("takenewversion", () => {
      workers.addEventListener("controllerchange", () => location.reload(), { once: true });
      registration.waiting?.postMessage("take over");
    });
    setInterval(() => registration.update().catch(() => {}), 3600000);
  };
  // Not before everything that the page wants is there.
  const soon = window.requestIdleCallback ?? ((then) => setTimeout(then, 2000));
  addEventListener("load", () => soon(() => begin().catch(() => {})));
})();
