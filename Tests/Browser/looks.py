"""What everybody must be able to read: contrast, and no sideways scrolling."""

CONTRAST = """(() => {
  const numbers = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) =>
    [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const frame = one instanceof SVGElement && one.localName === 'g'
        ? one.querySelector(':scope > rect') : null;
      const color = numbers(getComputedStyle(frame ?? one)[frame ? 'fill' : 'backgroundColor']);
      if (color.length === 4 && color[3] === 0 || color.length < 3) continue;
      layers.push(color);
      if (color.length === 3 || color[3] === 1) break;
    }
    let result = [255, 255, 255];
    for (const layer of layers.reverse()) result = over(layer, result);
    return result;
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => {
      const c = value / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faults = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    if (!text || element.closest('script, style, noscript, .unseen, :disabled, option')) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(element);
    const isSvg = element instanceof SVGElement;
    const below = ground(element);
    const ink = over(numbers(isSvg ? style.fill : style.color), below);
    const [a, b] = [luminance(ink), luminance(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    seen += 1;
    if (ratio < (isLarge ? 3 : 4.5)) {
      faults.push(`${ratio.toFixed(2)} of "${text.slice(0, 40)}" `
        + `(${element.localName}.${element.getAttribute('class')})`);
    }
  }
  return { seen, faults };
})()"""

SIDEWAYS = """(() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1
      && !one.closest('.scroll, .within'))
    .map((one) => `${one.localName}.${one.getAttribute('class')}`).slice(0, 10)
    .concat(`${wide} pixels`);
})()"""

# What has no name for those who do not see it.
NAMELESS = """[...document.querySelectorAll('button, a[href], input, select, [role=application]')]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.innerText?.trim() || one.getAttribute('aria-label')
    || one.getAttribute('title') || one.labels?.length))
  .map((one) => one.outerHTML.slice(0, 120))"""


def check(case, page, least=10):
    """Looks at a view in light and dark, and at 360 pixels."""
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        page.drawn()
        found = page.run(CONTRAST)
        case.assertGreaterEqual(found["seen"], least, "texts")
        case.assertEqual(found["faults"], [], f"contrast in {scheme}")
    page.scheme("light")
    case.assertEqual(page.run(NAMELESS), [])
    page.size(360, 740)
    page.drawn()
    case.assertEqual(page.run(SIDEWAYS), [], "at 360 pixels")
    page.size(1280, 900)
    page.drawn()
