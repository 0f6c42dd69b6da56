/** The CRM's record of the lead: its properties, what changed last, and the notes. */

import { byId, clockTime, empty, h, link, shown, soon, words } from "../dom.js";

const HUBSPOT_NAMES = {
  firstname: "First name",
  lastname: "Last name",
  numberofemployees: "Employees",
  num_employees: "Employees",
  jobtitle: "Job title",
  lifecyclestage: "Lifecycle stage",
  mobilephone: "Mobile phone",
};

export function crmPanel() {
  const contacts = new Map(); // by id: {properties, changed, notes, at}
  const choice = byId("crm-contact");
  let written = ""; // the contact of which something was written last
  let drawn = "";
  let following = true; // that one is shown until somebody chooses another

  const render = soon(() => {
    const body = byId("crm-body");
    const contact = contacts.get(choice.value);
    choice.hidden = contacts.size < 2;
    body.replaceChildren(
      contact ? record(contact) : empty("No contact yet", "A lead is written here when the desk hears of it."),
    );
    if (choice.value !== drawn) body.scrollTop = 0;
    drawn = choice.value;
  });

  const showChoices = () => {
    const chosen = following ? written : choice.value;
    const options = [...contacts].map(([id, { properties }]) =>
      h("option", { value: id }, `${id.split(" ")[0]}: ${field(properties, "email") || id}`),
    );
    choice.replaceChildren(...options);
    choice.value = chosen;
    render();
  };

  const contactOf = (id) => {
    if (!contacts.has(id)) contacts.set(id, { properties: {}, changed: new Set(), notes: [], at: "" });
    return contacts.get(id);
  };

  choice.addEventListener("change", () => {
    following = choice.value === written;
    render();
  });
  render();

  return {
    take(item) {
      if (!item.feed.startsWith("sandbox:") || !["contact", "note"].includes(item.type)) return;
      const crm = item.feed.slice("sandbox:".length);
      written = `${crm} ${item.type === "note" ? item.contact : item.id}`;
      const contact = contactOf(written);
      if (item.type === "note") contact.notes.unshift(item);
      else {
        const next = { ...contact.properties, ...item.properties };
        contact.changed = new Set(
          Object.keys(next).filter((name) => shown(next[name]) !== shown(contact.properties[name])),
        );
        contact.properties = next;
        contact.at = item.at;
      }
      showChoices();
    },
  };
}

function record({ properties, changed, notes, at }) {
  const email = field(properties, "email");
  const name = [field(properties, "firstname"), field(properties, "lastname")].filter(Boolean).join(" ") || email || "Contact";
  const rows = Object.entries(properties).map(([key, value]) =>
    h(
      "tr",
      { class: changed.has(key) ? "changed" : null },
      h("th", { scope: "row", title: key }, HUBSPOT_NAMES[key] ?? words(key)),
      h("td", {}, shown(value), changed.has(key) && h("span", { class: "unseen" }, " (changed)")),
    ),
  );
  return h(
    "div",
    {},
    h(
      "div",
      { class: "contact" },
      h("span", { class: "avatar human", "aria-hidden": "true" }, name[0].toUpperCase()),
      h("div", {}, h("h3", {}, name), email && link(email, `mailto:${email}`)),
    ),
    h(
      "table",
      { class: "properties" },
      h("caption", {}, `Properties, last written at ${clockTime(at || Date.now())}`),
      h("tbody", {}, rows),
    ),
    notes.length > 0 && h("h3", { class: "label" }, "Notes"),
    notes.map((note) =>
      h(
        "article",
        { class: "note" },
        h("p", { class: "words" }, withoutMarkup(note.body)),
        h("time", { datetime: note.at }, clockTime(note.at)),
      ),
    ),
  );
}

/** A property by its name, however the CRM writes that: firstname, FirstName, first_name. */
function field(properties, name) {
  const key = Object.keys(properties).find((one) => one.replaceAll("_", "").toLowerCase() === name);
  return key && properties[key];
}

/** HubSpot's notes are HTML; here only their words matter. */
function withoutMarkup(html) {
  const text = String(html)
    .replace(/<br\s*\/?>|<\/(?:p|li|div|h\d)>/gi, "\n")
    .replace(/<[^>]*>/g, "");
  const entities = { lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'", nbsp: " ", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|#x27|nbsp|amp);/g, (_, name) => entities[name]).trim();
}
