/** The page "Report": the figures of a period as tiles, bars and intervals. Nothing in it is of one person. */

import { byId, complain, empty, h, percent, percentMore } from "./dom.js";
import { number, request, withToken } from "./journeys/service.js";

const SVG = "http://www.w3.org/2000/svg";
const DAY = 86_400_000;

let currency = "";

// ---------------------------------------------------------------- how a figure is written

const share = (value, figure) => (figure === "lift" ? percentMore(value) : percent(value, 1));

function written({ value, unit, figure }) {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return share(value, figure);
  if (unit === "money") return `${value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`.trim();
  if (unit === "seconds") return pause(value);
  return Number.isInteger(value) ? number(value) : value.toFixed(2);
}

function pause(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

const between = ({ low, high, figure }) =>
  low === null || low === undefined ? null : h("small", {}, `${share(low, figure)} to ${share(high, figure)}`);

const told = (row) => (row ? [h("strong", {}, written(row)), between(row)] : "–");

// ---------------------------------------------------------------- pictures

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** A bar of this share of the whole width. */
const bar = (share, kind = "") =>
  svg(
    "svg",
    { class: `bar-picture ${kind}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "ground", x: 0, y: 0, width: 100, height: 10, rx: 1.5 }),
    svg("rect", { class: "filled", x: 0, y: 0, width: Math.max(100 * Math.min(share, 1), share > 0 ? 0.8 : 0), height: 10, rx: 1.5 }),
  );

/** Where a share lies: a line from the lower end of its interval to the upper one, and a mark at the share. */
function interval({ value, low, high }, from, to, kind = "") {
  const at = (share) => (100 * (share - from)) / (to - from);
  const parts = [svg("line", { class: "axis", x1: 0, x2: 100, y1: 8, y2: 8 })];
  if (from < 0 && to > 0) parts.push(svg("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 16 }));
  parts.push(svg("line", { class: "range", x1: at(low), x2: at(high), y1: 8, y2: 8 }), svg("rect", { class: "mark", x: at(value) - 0.9, y: 2, width: 1.8, height: 12 }));
  return svg("svg", { class: `interval ${kind}`, viewBox: "0 0 100 16", preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts);
}

// ---------------------------------------------------------------- the parts

const rowsOf = (figures, section) => figures.filter((row) => row.section === section);

/** The rows of each `of`, by the name of the figure. */
function grouped(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.of, { ...(found.get(row.of) ?? {}), [row.figure]: row });
  return [...found];
}

function showTiles(figures) {
  const find = (section, of, figure) => figures.find((row) => row.section === section && row.of === of && row.figure === figure);
  const tiles = [
    ["New people", find("funnel", "new people", "people")],
    ["Conversions", find("sources", "all", "conversions")],
    ["First answer by sales, median", find("sales", "hand-offs", "response time, median")],
    ["Conversations without a person", find("conversations", "all", "contained")],
  ];
  byId("figures").replaceChildren(...tiles.map(([name, row]) => h("li", {}, h("span", {}, name), h("strong", {}, row ? written(row) : "–"), (row && between(row)) ?? h("small", {}, row ? "" : "no plan says what it is"))));
}

function showFunnel(figures) {
  const steps = grouped(rowsOf(figures, "funnel"));
  const most = steps[0]?.[1].people.value ?? 0;
  if (!most) return byId("funnel").replaceChildren(empty("Nobody became known", "In this period no person was new."));
  byId("funnel").replaceChildren(
    h(
      "ol",
      { class: "funnel" },
      steps.map(([name, { people, "of the step before": share }]) =>
        h("li", {}, h("span", { class: "name" }, name), bar(people.value / most), h("span", { class: "count" }, number(people.value)), h("span", { class: "share" }, share ? [percentOr(share), between(share)] : "")),
      ),
    ),
    h("p", { class: "small" }, "Who only opened the chat, opted out, or sent START or HELP, has not written."),
  );
}

const percentOr = (row) => (row.value === null ? "–" : `${percent(row.value, 1)} of the step before`);

const verdict = ({ low, high }) =>
  low > 0 ? h("span", { class: "tag better" }, "better than nothing") : high < 0 ? h("span", { class: "tag worse" }, "worse than nothing") : h("span", { class: "tag" }, "no difference shown");

function showJourneys(figures) {
  const journeys = grouped(rowsOf(figures, "journeys"));
  if (journeys.length === 0) return byId("journeys").replaceChildren(empty("Nobody entered", "In this period no journey let anybody in."));
  const lifts = journeys.map(([, one]) => one.lift).filter((one) => one && one.value !== null);
  const widest = Math.max(0.05, ...lifts.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  byId("journeys").replaceChildren(
    h(
      "ul",
      { class: "journeys-list" },
      journeys.map(([name, one]) => {
        const lift = one.lift?.value === null ? undefined : one.lift;
        return h(
          "li",
          {},
          h("h3", {}, h("a", { href: withToken(`/journeys/${name}`) }, name), lift && verdict(lift)),
          h(
            "dl",
            {},
            figure("people", one.people),
            figure("reached the goal", one["reached the goal"]),
            one["people held out"] && figure("held out", one["people held out"]),
            one["reached the goal, held out"] && figure("reached it all the same", one["reached the goal, held out"]),
            lift ? figure("lift", lift) : h("div", {}, h("dt", {}, "lift"), h("dd", {}, "–", h("small", {}, "nobody is held out"))),
          ),
          lift && interval(lift, -widest, widest, lift.low > 0 ? "better" : lift.high < 0 ? "worse" : ""),
        );
      }),
    ),
  );
}

const figure = (name, row) => h("div", {}, h("dt", {}, name), h("dd", {}, told(row)));

const OF_MESSAGES = ["made", "sent", "delivered", "failed", "withheld", "waiting", "a link opened", "answered", "opted out after"];
const OF_SENT = ["delivered", "a link opened", "answered", "opted out after"]; // a link: of those with links that are followed

function showMessages(figures) {
  const journeys = grouped(rowsOf(figures, "messages"));
  if (journeys.length === 0) return byId("messages").replaceChildren(empty("No messages", "In this period no journey made a message."));
  const reasons = grouped(rowsOf(figures, "messages withheld"));
  const days = grouped(rowsOf(figures, "messages by day"));
  byId("messages").replaceChildren(
    messagesTable("Journey", "The messages of each journey", journeys, (name) => h("a", { href: withToken(`/journeys/${name}`) }, name)),
    h(
      "p",
      { class: "small" },
      "Counted as they are by now. Sent: the channel’s vendor took them; delivered: it said so, which not every channel does; failed: it refused them, or we gave up. ",
      "Answered: the person wrote on that channel within three days; opted out after: they refused marketing within three days, whichever message was why. ",
      "Links are counted where they are followed. A message that went on to another channel counts on each.",
    ),
    ...(reasons.length > 0 ? [whyWithheld(reasons)] : []),
    h("details", {}, h("summary", {}, "Day by day"), messagesTable("Day", "The messages of each day", days, (day) => h("time", { datetime: day }, day))),
  );
}

const whyWithheld = (reasons) =>
  h(
    "details",
    {},
    h("summary", {}, "Why messages were withheld"),
    reasons.map(([journey, whys]) => [h("h3", {}, journey), h("ul", { class: "reasons" }, Object.entries(whys).map(([why, { value }]) => h("li", {}, h("span", { class: "count" }, number(value)), h("span", {}, why))))]),
  );

function messagesTable(first, label, rows, name) {
  const columns = OF_MESSAGES.filter((column) => rows.some(([, one]) => column in one));
  const cell = (one, column) => {
    const of = column === "a link opened" ? one["with links that are followed"] : one.sent;
    const share = OF_SENT.includes(column) && one[column]?.value > 0 && of.value > 0 && percent(one[column].value / of.value, 1);
    return h("td", { class: "number" }, one[column] ? written(one[column]) : "–", share && h("small", {}, share));
  };
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, first), columns.map((column) => h("th", { scope: "col", class: "number" }, column)))),
      h("tbody", {}, rows.map(([of, one]) => h("tr", {}, h("th", { scope: "row" }, name(of)), columns.map((column) => cell(one, column))))),
    ),
  );
}

const COLUMNS = ["new people", "conversions, first touch", "conversions, last touch", "conversions, linear", "cost", "cost per lead", "cost per conversion, linear"];

function showSources(figures) {
  const sources = grouped(rowsOf(figures, "sources"));
  if (sources.length === 0) return byId("sources").replaceChildren(empty("No sources", "journeys/reports/marketing.yml says what counts as a touch, what a conversion is, and what it cost."));
  const columns = COLUMNS.filter((name) => sources.some(([, one]) => name in one));
  const rest = sources.filter(([, one]) => "conversions" in one);
  byId("sources").replaceChildren(
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "The table of sources" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Source"), columns.map((name) => h("th", { scope: "col", class: "number" }, name)))),
        h("tbody", {}, sources.filter(([, one]) => !("conversions" in one)).map(([name, one]) => h("tr", {}, h("th", { scope: "row" }, name), columns.map((column) => h("td", { class: "number" }, one[column] ? written(one[column]) : "–"))))),
      ),
    ),
    h("p", { class: "small" }, rest.map(([name, one]) => `${name === "all" ? "Conversions in all" : "Without any touch"}: ${written(one.conversions)}. `)),
  );
}

function showSplits(figures) {
  const arms = grouped(rowsOf(figures, "splits"));
  if (arms.length === 0) return byId("splits").replaceChildren(empty("Nobody came to a split", "A split with a metric shows here what came of each of its ways."));
  const most = Math.max(0.05, ...arms.map(([, one]) => one["reached the metric"].high ?? 0));
  byId("splits").replaceChildren(
    h(
      "ul",
      { class: "splits" },
      arms.map(([name, one]) =>
        h("li", {}, h("span", { class: "name" }, name), h("span", { class: "count" }, `${number(one.people.value)} went`), one["reached the metric"].value === null ? h("span") : interval(one["reached the metric"], 0, most), h("span", { class: "share" }, told(one["reached the metric"]))),
      ),
    ),
  );
}

function showSales(figures) {
  const [, sales] = grouped(rowsOf(figures, "sales"))[0] ?? ["", {}];
  const [, talks] = grouped(rowsOf(figures, "conversations"))[0] ?? ["", {}];
  byId("sales").replaceChildren(h("dl", { class: "sales" }, Object.entries({ ...sales, ...talks }).map(([name, row]) => figure(name, row))));
}

// ---------------------------------------------------------------- the period

const iso = (moment) => moment.toISOString().slice(0, 10);

let today = Date.now(); // until the service has told its own: a sandbox's clock may be ahead

function choose(days) {
  byId("until").value = iso(new Date(today));
  byId("since").value = iso(new Date(today - (days - 1) * DAY));
  void go();
}

const period = () => ({ since: byId("since").value, until: byId("until").value });

/** The period that is chosen stands in the address: it is there again after a reload, by the button Back, and for a colleague. */
async function go() {
  const address = withToken(`/report?${new URLSearchParams(period())}`);
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  await show(period());
}

const inAddress = (name) => new URLSearchParams(location.search).get(name) ?? "";

/** The period of the address, or the thirty days up to the service's today. */
async function look() {
  for (const name of ["since", "until"]) byId(name).value = inAddress(name);
  const report = await show(Object.fromEntries(Object.entries(period()).filter(([, day]) => day)));
  if (report) today = Date.parse(report.today);
  byId("since").value ||= iso(report ? new Date(report.since) : new Date(today - 29 * DAY));
  byId("until").value ||= iso(report ? new Date(Date.parse(report.until) - DAY) : new Date(today));
  for (const button of document.querySelectorAll("[data-days]")) button.disabled = false; // They count from the service's today.
  showPeriod();
}

function showPeriod() {
  const { since, until } = period();
  const days = Math.round((Date.parse(until) - Date.parse(since)) / DAY) + 1;
  for (const button of document.querySelectorAll("[data-days]"))
    button.setAttribute("aria-pressed", String(until === iso(new Date(today)) && days === Number(button.dataset.days)));
}

let asked = 0;
let shown = ""; // of which period the figures are

/** What the service has counted, once it is shown; null where it could not, or another period was asked for meanwhile. */
async function show(days) {
  if (days.since) showPeriod();
  const mine = (asked += 1);
  byId("about").textContent = "Counting…";
  const { ok, told: report } = await request(`/report.json?${new URLSearchParams(days)}`);
  if (mine !== asked) return null;
  if (!ok) {
    byId("about").textContent = shown;
    complain(report.error ?? "The report could not be counted.");
    return null;
  }
  const [since, until] = [iso(new Date(report.since)), iso(new Date(Date.parse(report.until) - DAY))];
  byId("about").textContent = shown = `${since} to ${until}`;
  byId("csv").href = withToken(`/report.csv?${new URLSearchParams({ since, until })}`);
  currency = report.currency;
  for (const part of [showTiles, showFunnel, showJourneys, showMessages, showSources, showSplits, showSales]) part(report.figures);
  return report;
}

for (const button of document.querySelectorAll("[data-days]")) button.addEventListener("click", () => void choose(Number(button.dataset.days)));
byId("period").addEventListener("submit", (event) => {
  event.preventDefault();
  void go();
});
addEventListener("popstate", () => void look());
void look();
