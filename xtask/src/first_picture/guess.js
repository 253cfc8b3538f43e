// Before anything else: the reader's language and theme, as the program will find them, and the words under way.
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
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "fetch";
  link.crossOrigin = "";
  link.href = `words/interface.${language}.txt?VERSION`;
  document.head.append(link);
  const root = document.documentElement;
  root.lang = language;
  const theme = kept("theme");
  if (theme) root.dataset.theme = theme;
  if ((query.get("broker") || kept("broker") || "tab") !== "tab") root.dataset.broker = "";
})();
