/** The page "Access": users, keys and sessions, made and ended by admins; what was done stands below, from the audit log. */

import { choiceField, openForm, textField } from "./dialogs.js";
import { byId, complain, dayAndTime, empty, h, latest, tell } from "./dom.js";
import { ask, number, request } from "./journeys/service.js";

let told = { you: "", users: [], keys: [], roles: [], deeds: [] };

const counted = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

// ---------------------------------------------------------------- looking

const looked = latest(request);

async function look() {
  const answer = await looked("/access.json");
  if (!answer) return;
  if (!answer.ok) return complain(answer.told.error ?? "The service does not answer.");
  told = answer.told;
  const sessions = told.users.reduce((sum, user) => sum + user.sessions.length, 0);
  byId("users-count").textContent = `${counted(told.users.length, "account", "accounts")}, ${counted(sessions, "session", "sessions")}`;
  byId("keys-count").textContent = counted(told.keys.filter((key) => !key.revoked_at).length, "key holds", "keys hold");
  byId("users").replaceChildren(...(told.users.length > 0 ? told.users.map(userNode) : [h("li", {}, empty("There are no users yet", "On this machine all is open to programs and pages on it. Add yourself as an admin first."))]));
  byId("keys").replaceChildren(...(told.keys.length > 0 ? told.keys.map(keyNode) : [h("li", {}, empty("There are no keys yet", "Each other system gets one of its own, so that one can be revoked alone."))]));
  byId("open").hidden = told.may_log_in;
  byId("open").textContent = told.may_log_in ? "" : "Nobody can log in here: a login goes over HTTPS. Set OVERTURE_PUBLIC_URL to the https:// address of this service.";
  byId("deeds").replaceChildren(...(told.deeds.length > 0 ? told.deeds.map(deedNode) : [h("tr", {}, h("td", { colspan: 5 }, "Nothing yet."))]));
  showRoles();
  for (const id of ["add-user", "add-key"]) byId(id).disabled = false; // Their dialogs offer the roles.
}

const way = ({ by_password, by_provider }) => [by_password && "password", by_provider && "provider"].filter(Boolean).join(" or ") || "the provider, not seen yet";

function userNode(user) {
  const off = Boolean(user.disabled_at);
  return h(
    "li",
    { class: off ? "off" : null },
    h(
      "div",
      { class: "who" },
      h("strong", {}, user.email),
      user.id === told.you && h("span", { class: "tag" }, "you"),
      off && h("span", { class: "tag bad" }, `disabled ${dayAndTime(user.disabled_at)}`),
      h("small", {}, `logs in by ${way(user)}, since ${dayAndTime(user.since)}`),
    ),
    h("div", { class: "deeds-of" }, roleSelect(user), h("button", { type: "button", onclick: () => askPassword(user) }, "Set a password…"), off ? enableButton(user) : disableButton(user)),
    user.sessions.length > 0 && h("ul", { class: "sessions", "aria-label": `Sessions of ${user.email}` }, user.sessions.map((session) => sessionNode(session, user))),
  );
}

function roleSelect(user) {
  const select = h("select", { "aria-label": `Role of ${user.email}` }, told.roles.map(({ role }) => h("option", { value: role, selected: role === user.role }, role)));
  select.addEventListener("change", async () => {
    const done = await ask(`/access/users/${user.id}/role`, { role: select.value });
    if (!done) select.value = user.role;
    else await say(`${user.email} has the role ${done.role}, from the next request on.`);
  });
  return select;
}

const disableButton = (user) =>
  h("button", { type: "button", class: "danger", onclick: () => void doIt(`/access/users/${user.id}/disable`, {}, `${user.email} cannot log in any more, and is logged out everywhere.`) }, "Disable");

const enableButton = (user) => h("button", { type: "button", onclick: () => void doIt(`/access/users/${user.id}/enable`, {}, `${user.email} may log in again.`) }, "Enable");

const sessionNode = ({ id, begun_at, seen_at }, user) =>
  h(
    "li",
    {},
    h("span", {}, `logged in ${dayAndTime(begun_at)}, last seen ${dayAndTime(seen_at)}`),
    h("button", { type: "button", class: "quiet", "aria-label": `End this session of ${user.email}`, onclick: () => void doIt(`/access/sessions/${id}/end`, {}, `That session of ${user.email} has ended.`) }, "End it"),
  );

const keyNode = (key) =>
  h(
    "li",
    { class: key.revoked_at ? "off" : null },
    h("div", { class: "who" }, h("strong", {}, key.name), h("span", { class: "tag" }, key.role), key.revoked_at && h("span", { class: "tag bad" }, `revoked ${dayAndTime(key.revoked_at)}`), h("small", {}, h("code", {}, `ovt_${key.prefix}_…`), ` since ${dayAndTime(key.since)}`)),
    !key.revoked_at && h("div", { class: "deeds-of" }, h("button", { type: "button", class: "danger", onclick: () => void doIt(`/access/keys/${key.prefix}/revoke`, {}, `The key of ${key.name} opens nothing any more.`) }, "Revoke")),
  );

function showRoles() {
  const rights = [...new Set(told.roles.flatMap((one) => one.rights))];
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "May…"), told.roles.map(({ role }) => h("th", { scope: "col" }, role))));
  const row = (name, has) => h("tr", {}, h("th", { scope: "row" }, name), told.roles.map((one) => h("td", {}, has(one) ? h("span", { class: "yes" }, "yes") : h("span", { class: "no" }, "–"))));
  const sees = (kind) => row(`see what is ${kind} of a person`, (one) => one.sees.includes(kind));
  byId("roles").replaceChildren(head, h("tbody", {}, rights.map((right) => row(right, (one) => one.rights.includes(right))), ["open", "personal", "sensitive"].map(sees)));
}

/** Ids in the log as people know them here, where it is one of ours. */
function named(reference) {
  const id = reference.replace(/^(user|key):/, "");
  const user = told.users.find((one) => one.id === id);
  const key = told.keys.find((one) => one.prefix === id);
  return user ? user.email : key ? `the key of ${key.name}` : reference;
}

const deedNode = ({ at, what, who, about, origin, detail }) =>
  h(
    "tr",
    {},
    h("td", {}, h("time", { datetime: at }, dayAndTime(at))),
    h("td", {}, what.replace(".", ": "), detail.role && ` ${detail.before ? `${detail.before} → ` : ""}${detail.role}`),
    h("td", {}, about ? named(about) : "–"),
    h("td", {}, who ? named(who) : "–"),
    h("td", {}, origin || "–"),
  );

// ---------------------------------------------------------------- doing

async function say(words) {
  tell(words);
  const label = document.activeElement?.getAttribute("aria-label");
  await look();
  (document.querySelector(label ? `[aria-label="${CSS.escape(label)}"]` : null) ?? byId("users-title")).focus();
}

let isDoing = false;

async function doIt(address, body, words) {
  if (isDoing) return;
  isDoing = true;
  const told = await ask(address, body);
  isDoing = false;
  if (told) await say(words);
}

const roleField = (chosen) => choiceField("role", "Role", told.roles.map(({ role }) => [role, role]), chosen);

const PASSWORD = "12 characters or more; several words in a row are easy to remember.";

byId("add-user").addEventListener("click", () =>
  openForm({
    title: "Add a user",
    about: "They log in by the password that you give them, or at your identity provider.",
    yes: "Add",
    fields: [textField("email", "E-mail address", { type: "email", required: true, maxlength: 320 }), roleField("marketer"), textField("password", "Password", { type: "password", maxlength: 1024, autocomplete: "new-password" }, `${PASSWORD} Leave it empty where they log in at your provider.`)],
    sends: ({ email, role, password }) => request("/access/users", { email, role, ...(password ? { password } : {}) }),
    then: (_, { email, role }) => say(`${email} may log in, in the role ${role}.`),
  }),
);

const askPassword = (user) =>
  openForm({
    title: `A password for ${user.email}`,
    about: "It ends their sessions.",
    yes: "Set it",
    fields: [textField("password", "Password", { type: "password", required: true, maxlength: 1024, autocomplete: "new-password" }, PASSWORD)],
    sends: ({ password }) => request(`/access/users/${user.id}/password`, { password }),
    then: () => say(`${user.email} has a new password, and is logged out everywhere.`),
  });

byId("add-key").addEventListener("click", () =>
  openForm({
    title: "Make a key",
    about: "For one other system. It may do what its role may.",
    yes: "Make it",
    fields: [textField("name", "Which system has it", { required: true, maxlength: 100 }, "Such as crm."), roleField("read-only")],
    sends: ({ name, role }) => request("/access/keys", { name, role }),
    then: async ({ word }) => {
      byId("word").textContent = word;
      byId("word-dialog").showModal();
      await look();
    },
  }),
);

byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("word").textContent);
  byId("copy").textContent = "Copied";
});
byId("word-done").addEventListener("click", () => byId("word-dialog").close());
byId("word-dialog").addEventListener("close", () => {
  byId("word").textContent = "";
  byId("copy").textContent = "Copy";
  byId("keys-title").focus();
});

void look();
