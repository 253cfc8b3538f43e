// What only this reader's browser knows: how the address goes on in the other language, and what was begun. Only then
// is the picture shown, and all of it at once: a header painted half would move when the rest of it has arrived.
(() => {
  const language = document.documentElement.lang;
  const picture = document.querySelector(`#first > [lang=${language}]`);
  const other = picture.querySelector("a[lang]");
  const query = new URLSearchParams(location.search);
  query.set("lang", other.lang);
  other.href = `?${query}`;
  try {
    const [spoken, href, label] = JSON.parse(localStorage.getItem("mqtt5-playground.begin"));
    const begin = picture.querySelector(".home__actions a");
    if (spoken === language) {
      begin.href = href;
      begin.firstChild.data = label;
    }
  } catch {}
  const isHome = !["exercise", "chapter", "page"].some((key) => query.get(key)) && !location.hash;
  document.documentElement.dataset.first = isHome ? "home" : "frame";
})();
