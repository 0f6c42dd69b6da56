/** The brand's colour, and what can be read on it and in it. */

const WHITE = [255, 255, 255];
const INK = [16, 24, 32];
const LIGHT_GROUND = [240, 243, 246]; // the darkest and the lightest that text in the brand's colour stands on
const DARK_GROUND = [40, 47, 56];
const OURS = "0e7c86";

function rgb(hex) {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(hex?.trim() ?? "")?.[1] ?? OURS;
  const pairs = digits.length === 3 ? Array.from(digits, (digit) => digit + digit) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

/** WCAG 2's relative luminance. */
function luminance(colour) {
  const [r, g, b] = colour.map((part) =>
    part / 255 <= 0.03928 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** `colour`, moved towards `end` until it can be read on `ground`. */
function readable(colour, ground, end) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, index) => Math.round(part + (end[index] - part) * share));
    if (contrast(mixed, ground) >= 4.6) return mixed;
  }
  return end;
}

const css = (colour) => `rgb(${colour.join(" ")})`;

/** The colour as it is given, with text on it and text in it that keep 4.5:1 in light and dark. */
export function accentStyles(hex) {
  const accent = rgb(hex);
  const on = contrast(accent, WHITE) >= 4.5 ? WHITE : INK;
  const [light, dark] = [readable(accent, LIGHT_GROUND, INK), readable(accent, DARK_GROUND, WHITE)];
  return `:host {
    --accent: ${css(accent)};
    --on-accent: ${css(on)};
    --accent-text: light-dark(${css(light)}, ${css(dark)});
  }`;
}
