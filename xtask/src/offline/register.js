// Keeps the page for times without a network. A new version waits until the reader takes it.
(() => {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const begin = async () => {
    const registration = await workers.register("service-worker.js", { updateViaCache: "none" });
    let next = registration.waiting;
    // Firefox tells of the state of a worker before it says that it waits.
    const tell = (worker) => {
      if (worker?.state !== "installed" || !registration.active) return;
      next = worker;
      dispatchEvent(new Event("newversion"));
    };
    const look = () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => tell(worker));
    };
    registration.addEventListener("updatefound", look);
    look();
    tell(next);
    addEventListener("takenewversion", () => {
      workers.addEventListener("controllerchange", () => location.reload(), { once: true });
      next?.postMessage("take over");
    });
    setInterval(() => registration.update().catch(() => {}), 3600000);
  };
  // Not before everything that the page wants is there.
  const soon = window.requestIdleCallback ?? ((then) => setTimeout(then, 2000));
  addEventListener("load", () => soon(() => begin().catch(() => {})));
})();
