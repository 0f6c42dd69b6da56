/** What is copied from a website or a document comes in as Markdown, its headings being parts that answer a question. */

const STRUCTURE = "h1, h2, h3, h4, h5, h6, li, table, summary, dt, p > b:only-child, p > strong:only-child";
const SILENT = new Set(["SCRIPT", "STYLE", "TEMPLATE", "SVG", "NAV", "HEAD", "META", "IFRAME"]);
const BLOCKS = new Set(["P", "DIV", "SECTION", "ARTICLE", "MAIN", "HEADER", "FOOTER", "ASIDE", "BODY", "DL", "DD", "DT", "DETAILS", "SUMMARY", "BLOCKQUOTE", "FIGURE", "PRE", "UL", "OL", "LI", "TABLE", "HR", "H1", "H2", "H3", "H4", "H5", "H6"]);
const STYLES = /<style[\s\S]*?<\/style>|\sstyle=(?:"[^"]*"|'[^']*')/gi;
const LONGEST_HEADING = 150;

/** Pasted text of a structure goes in as Markdown; other text as the browser puts it in. Either way it can be undone. */
export function takePastes(field) {
  field.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html") ?? "";
    const markdown = markdownOf(html);
    if (!markdown) return;
    event.preventDefault();
    const before = field.value.slice(0, field.selectionStart), behind = field.value.slice(field.selectionEnd);
    const apart = [/(^|\n\n)$/.test(before) ? "" : "\n\n", /^(\n\n|$)/.test(behind) ? "" : "\n\n"];
    document.execCommand("insertText", false, apart.join(markdown)); // deprecated, and the one way that the browser can undo
  });
}

/**
 * Empty where it has no headings, lists or tables. Nothing of it is run or loaded: the document is no page. Its styles are
 * taken out first, for the browser's console complains of each.
 */
export function markdownOf(html) {
  const body = new DOMParser().parseFromString(html.replace(STYLES, ""), "text/html").body;
  return body.querySelector(STRUCTURE) ? [...blocks(body)].join("\n\n") : "";
}

function* blocks(parent) {
  let inline = [];
  for (const node of [...parent.childNodes, null]) {
    if (node && !isBlock(node)) {
      inline.push(node);
      continue;
    }
    yield* paragraphs(inline);
    inline = [];
    if (node) yield* block(node);
  }
}

/** A generic element that has blocks in it is one, too: Google Docs wraps all of a text into a `b`. */
const isBlock = (node) => node.nodeType === Node.ELEMENT_NODE && (SILENT.has(node.tagName.toUpperCase()) || BLOCKS.has(node.tagName) || [...node.children].some(isBlock));

function* block(element) {
  const tag = element.tagName.toUpperCase();
  if (SILENT.has(tag)) return;
  const text = wordsOf(element);
  if (/^H[1-6]$/.test(tag) || tag === "SUMMARY" || tag === "DT" || isBold(element, text)) yield* text ? [`## ${text}`] : [];
  else if (tag === "UL" || tag === "OL") yield listed(element).join("\n");
  else if (tag === "TABLE") yield* table(element);
  else yield* blocks(element);
}

/** A paragraph that is bold as a whole is a heading of people who have no headings. */
const isBold = (element, text) => element.tagName === "P" && text.length <= LONGEST_HEADING && element.children.length === 1 && ["B", "STRONG"].includes(element.firstElementChild.tagName) && wordsOf(element.firstElementChild) === text;

function listed(list, indent = "") {
  const lines = [];
  let number = list.start || 1;
  for (const item of list.children) {
    const inner = [...item.children].filter((one) => one.tagName === "UL" || one.tagName === "OL");
    const text = wordsOf(item, new Set(inner));
    const mark = list.tagName === "OL" ? `${number++}. ` : "- ";
    if (text) lines.push(`${indent}${mark}${text}`);
    for (const one of item.tagName === "LI" ? inner : [item]) lines.push(...listed(one, indent + " ".repeat(mark.length)));
  }
  return lines;
}

function* table(element) {
  const rows = [...element.rows].map((row) => [...row.cells].map((cell) => wordsOf(cell).replaceAll("|", "\\|"))).filter((row) => row.some(Boolean));
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width < 2) yield* rows.flat().map(plain).filter(Boolean);
  else yield [rows[0], Array(width).fill("---"), ...rows.slice(1)].map((row) => `| ${Array.from({ length: width }, (_, at) => row[at] ?? "").join(" | ")} |`).join("\n");
}

function* paragraphs(nodes) {
  const text = nodes.map(inlineOf).join("");
  for (const one of text.split(/\n\s*/)) {
    const words = squeezed(one);
    if (words) yield plain(words);
  }
}

const wordsOf = (element, without = new Set()) => squeezed([...element.childNodes].filter((node) => !without.has(node)).map(inlineOf).join(""));
const squeezed = (text) => text.replace(/\s+/gu, " ").trim();

/** The words, with links; a line break stays one. */
function inlineOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\s+/gu, " ");
  if (node.nodeType !== Node.ELEMENT_NODE || SILENT.has(node.tagName.toUpperCase())) return "";
  if (node.tagName === "BR") return "\n";
  const text = [...node.childNodes].map(inlineOf).join("");
  if (BLOCKS.has(node.tagName)) return ` ${text} `;
  const address = node.tagName === "A" ? node.getAttribute("href") ?? "" : "";
  return /^https?:/i.test(address) && squeezed(text) && !/[\s()<>]/.test(address) ? `[${squeezed(text)}](${address})` : text;
}

/** Not taken for a heading, a list or a quotation because of how it begins. */
const plain = (text) => text.replace(/^([#>+-]|\d+[.)])(?=\s)/, "\\$1");
