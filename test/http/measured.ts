// What is measured in the browser: text, since the code around it knows no document.

/** What stands out of the window or of its own card, by what it says: `readonly string[]`. */
export const OUTSIDE = `(() => {
  const root = document.documentElement;
  const parts = [...document.querySelectorAll('header, section, .tiles, footer')];
  const wide = parts.filter((part) => part.scrollWidth > part.clientWidth);
  return [...(root.scrollWidth > window.innerWidth ? [root] : []), ...wide].map(
    (part) => part.tagName + ' ' + part.textContent.trim().slice(0, 40),
  );
})()`;

/** Tiles that have a row to themselves, by what they say: `readonly string[]`. */
export const ALONE = `(() => {
  const tiles = [...document.querySelectorAll('.tiles > div')];
  const rowOf = (tile) => Math.round(tile.getBoundingClientRect().top);
  return tiles
    .filter((tile) => tiles.filter((other) => rowOf(other) === rowOf(tile)).length === 1)
    .map((tile) => tile.textContent.trim());
})()`;

/** The contrast of the least readable text with what is behind it, as WCAG reckons it, and that text. */
export const FAINTEST = `(() => {
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).slice(0, 3).map((text) => {
      const channel = Number(text) / 255;
      return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor === 'rgba(0, 0, 0, 0)' ? behind(element.parentElement) : backgroundColor;
  };
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '';
  const texts = [...document.querySelectorAll('body *')].filter(
    // A zero that stands for nothing is meant to be faint.
    (element) => element.closest('svg, .faint') === null && [...element.childNodes].some(isText),
  );
  const contrasts = texts.map((element) => {
    const [dark, light] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort(
      (one, other) => one - other,
    );
    return [(light + 0.05) / (dark + 0.05), element.textContent.trim().slice(0, 40)];
  });
  return contrasts.sort(([one], [other]) => one - other)[0];
})()`;
