// Before anything else: the reader's language and theme, as the program will find them, and under way what is read first.
(() => {
  const known = ["en", "ja"];
  const kept = (key) => {
    try {
      return JSON.parse(localStorage.getItem(`mqtt5-playground.${key}`));
    } catch {}
  };
  const query = new URLSearchParams(location.search);
  const wanted = [query.get("lang"), kept("language"), ...navigator.languages];
  const primary = (tag) => String(tag).split("-")[0].toLowerCase();
  const language = wanted.map(primary).find((tag) => known.includes(tag)) ?? "en";
  const preload = (as, href) => {
    const link = Object.assign(document.createElement("link"), { rel: "preload", as, href });
    if (as === "fetch") link.crossOrigin = "";
    document.head.append(link);
  };
  const words = (bundle) => preload("fetch", `words/${bundle}.${language}.txt?VERSION`);
  words("interface");
  // An exercise can be read as soon as the words of its chapter and the other stylesheets are there.
  const exercise = query.get("exercise");
  const chapter = Object.entries(CHAPTERS).find(([, ids]) => ids.split(" ").includes(exercise));
  if (chapter) {
    words(chapter[0]);
    preload("style", "LATER");
  }
  const root = document.documentElement;
  root.lang = language;
  const theme = kept("theme");
  if (theme) root.dataset.theme = theme;
  if ((query.get("broker") || kept("broker") || "tab") !== "tab") root.dataset.broker = "";
})();
