(() => {
  const known = ["en", "ja"];
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem("mqtt5-playground.language"));
  } catch {}
  const wanted = [new URLSearchParams(location.search).get("lang"), kept, ...navigator.languages];
  const primary = (tag) => String(tag).split("-")[0].toLowerCase();
  const language = wanted.map(primary).find((tag) => known.includes(tag)) ?? "en";
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "fetch";
  link.crossOrigin = "";
  link.href = `words/interface.${language}.txt?VERSION`;
  document.head.append(link);
})();
