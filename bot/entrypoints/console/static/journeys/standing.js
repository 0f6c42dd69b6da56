/** What is in force of a journey: how it stands, what was done to it, and publishing, rolling back, pausing, stopping. */

import { byId, complain, dayAndTime, h, latest, refill } from "../dom.js";
import { openForm } from "../dialogs.js";
import { diffNode } from "./diff.js";
import { ask, counted, number, people, request } from "./service.js";
import { Simulation, table } from "./simulation.js";

const short = (version) => version.slice(0, 8);
const DONE = { publish: "published", rollback: "rolled back to", pause: "paused", resume: "resumed", unpark: "let parked people go on", stop: "stopped", retire: "retired", bring_back: "brought back" };

/** `journey()` is what the page was told last, `text()` what stands in the editor, `reload(words)` shows what was done. */
export class Standing {
  constructor(name, { journey, text, isChanged, reload }) {
    this.address = `/journeys/${name}`;
    Object.assign(this, { name, journey, text, isChanged, reload });
    this.reviewed = null;
    this.isChanging = false;
    this.history = latest(ask);
    this.tried = new Simulation(`${this.address}/simulation`, text);
    byId("simulation").replaceChildren(this.tried.node);
    byId("simulate").addEventListener("click", () => byId("simulate-dialog").showModal());
    byId("simulate-done").addEventListener("click", () => byId("simulate-dialog").close());
    byId("simulate-dialog").addEventListener("close", () => this.tried.stop());
    byId("publish-not").addEventListener("click", () => byId("publish-dialog").close());
    byId("publish-now").addEventListener("click", () => void this.publish());
    byId("stop-not").addEventListener("click", () => byId("stop-dialog").close());
    byId("stop-now").addEventListener("click", () => void this.stop());
    byId("retire-not").addEventListener("click", () => byId("retire-dialog").close());
    byId("retire-now").addEventListener("click", () => void this.retire());
    byId("publish-park").addEventListener("change", () => this.showReviewed());
  }

  async show() {
    const { standing, older, may_change: mayChange } = this.journey();
    byId("standing-panel").hidden = older;
    if (older) return;
    byId("standing-words").textContent = standingWords(standing, this.journey());
    refill(byId("standing-buttons"), mayChange ? this.buttons(standing) : [], byId("standing-title"));
    const told = await this.history(`${this.address}/history.json`);
    if (told) this.showHistory(told, mayChange);
  }

  buttons({ running, differs, publishing, version, is_unstarted: isNew }) {
    const button = (text, work, more = {}) => h("button", { type: "button", onclick: () => void work(), ...more }, text);
    const { file, is_retired: isRetired, numbers } = this.journey();
    const isDue = differs && running === "running" && (publishing === "on_command" || version); // else the file holds as it is
    const isOver = isRetired && numbers.waiting === 0;
    return [
      isRetired && button("Bring back…", () => this.askToBringBack(), { class: "primary" }),
      running === "running" && !isOver && button("Pause", () => this.change("pause", ({ people: many }) => sentences("Paused.", many > 0 && `${counted(many, "person waits where they are", "people wait where they are")}.`))),
      running === "paused" && button(isNew ? "Start" : "Resume", () => this.change("resume", isNew ? () => "Started." : resumedWords), { class: "primary" }),
      running !== "stopped" && !isOver && button("Stop…", () => this.askToStop()),
      file && button("Retire…", () => this.askToRetire()),
      file && button("Publish…", () => this.review(null), { class: running === "stopped" || isDue ? "primary" : "", id: "publish" }),
    ].filter(Boolean);
  }

  showHistory({ changes, back_to: backTo }, mayChange) {
    const versions = changes.filter((one) => one.what === "publish" || one.what === "rollback");
    const offered = new Set();
    refill(
      byId("history"),
      changes.map((change) => {
        const { what, version, who, at, people: many } = change;
        const before = versions[versions.indexOf(change) + 1]?.version ?? "";
        const goesBack = mayChange && what === "publish" && backTo.includes(version) && !offered.has(version);
        if (goesBack) offered.add(version);
        return h(
          "li",
          {},
          h("p", {}, h("strong", {}, DONE[what]), version && (what === "publish" || what === "rollback") && h("code", {}, short(version)), ` by ${who}`),
          h("p", { class: "small" }, h("time", { datetime: at }, dayAndTime(at)), many > 0 && `, ${people(many)}`),
          (what === "publish" || what === "rollback") &&
            h("button", { type: "button", class: "link", onclick: () => void this.showChange(before, version) }, "What changed"),
          goesBack && h("button", { type: "button", class: "link", onclick: () => void this.review(version) }, "Roll back to it…"),
        );
      }),
      byId("standing-title"),
    );
    byId("history-none").hidden = changes.length > 0;
  }

  async showChange(before, after) {
    const nodes = await this.comparison(before, after);
    if (!nodes) return;
    byId("change-title").textContent = before ? `${short(before)} → ${short(after)}` : `Version ${short(after)}`;
    byId("change").replaceChildren(...nodes);
    byId("change-dialog").showModal();
  }

  /** The nodes that tell two versions apart; null, and the page says why, where they cannot be had. */
  async comparison(before, after) {
    const told = await ask(`${this.address}/compare.json?before=${encodeURIComponent(before)}&after=${encodeURIComponent(after)}`);
    if (!told) return null;
    const note = told.in_words && h("p", { class: "small" }, "The text of a version was not kept, so both are told in words.");
    const same = told.before === told.after;
    return [note, same ? h("p", { class: "small" }, "They say the same.") : diffNode(told.before, told.after)].filter(Boolean);
  }

  // ---------------------------------------------------------------- publishing

  /** Show what publishing the file, or going back to a version, would do. */
  async review(version) {
    const { standing, file } = this.journey();
    if (this.isChanged()) {
      complain("What is typed is not saved yet. Save it or undo it first.");
      return;
    }
    const plan = await ask(`${this.address}/dry-run`, { version, digest: file?.digest ?? "" });
    const nodes = plan && (await this.comparison(standing.version ?? "", version ?? "file"));
    if (!nodes) return;
    this.reviewed = { version, digest: file?.digest ?? "", in_force: plan.in_force, plan, paused: standing.running === "paused", isNew: standing.is_unstarted };
    byId("publish-title").textContent = version ? `Roll back to version ${short(version)}?` : `Publish ${this.name}?`;
    byId("publish-against").textContent = standing.version
      ? `Compared with version ${short(standing.version)}, which was published last`
      : "It was never published before";
    byId("publish-diff").replaceChildren(...nodes);
    byId("publish-moves").replaceChildren(...movesNodes(plan, this.journey()));
    byId("publish-park").checked = false;
    byId("publish-lost").hidden = plan.lost === 0;
    byId("publish-lost-words").textContent = `Stop the runs of ${people(plan.lost)} whose step is gone`;
    byId("publish-now").textContent = version ? "Roll back" : "Publish";
    byId("publish-paused").hidden = !this.reviewed.paused;
    byId("publish-paused").textContent = this.reviewed.isNew ? "It is not started, and stays so until you start it." : "It is paused, and stays so until you resume it.";
    byId("publish-file").hidden = !(version && standing.publishing === "at_once");
    this.showReviewed();
    byId("publish-dialog").showModal();
  }

  showReviewed() {
    byId("publish-now").disabled = this.reviewed.plan.lost > 0 && !byId("publish-park").checked;
  }

  async publish() {
    const { version, digest, in_force } = this.reviewed;
    byId("publish-now").disabled = true;
    const { ok, told } = await request(`${this.address}/publish`, { version, digest, in_force, park: byId("publish-park").checked });
    byId("publish-dialog").close();
    if (!ok) {
      complain(told.error ?? "It could not be published.");
      await this.reload("");
      return;
    }
    const paused = this.reviewed.paused && (this.reviewed.isNew ? "It is not started yet: start it to let people in." : "It is still paused: resume it to let people in.");
    await this.reload(sentences(version ? "Rolled back." : "Published.", told.moved > 0 && `${people(told.moved)} moved.`, paused));
  }

  // ---------------------------------------------------------------- pausing and stopping

  async change(what, words) {
    if (this.isChanging) return;
    this.isChanging = true;
    const told = await ask(`${this.address}/${what}`, {});
    this.isChanging = false;
    if (told) await this.reload(words(told));
  }

  askToStop() {
    const inside = this.journey().numbers.waiting;
    const leave = inside === 0 ? "Nobody is inside." : `${people(inside)} ${inside === 1 ? "is" : "are"} inside and would leave at once.`;
    byId("stop-words").textContent = `${leave} Nobody enters any more, and nothing that is queued is sent, until it is published again. People who left do not come back by that.`;
    byId("stop-now").textContent = inside === 0 ? "Stop it" : `Stop it for ${people(inside)}`;
    byId("stop-dialog").showModal();
  }

  askToRetire() {
    const { numbers, standing, file } = this.journey();
    if (this.isChanged()) {
      complain("What is typed is not saved yet. Save it or undo it first.");
      return;
    }
    const stopped = standing.running === "stopped";
    const holds = standing.publishing === "on_command" && !stopped && standing.version !== null;
    byId("retire-words").textContent = `Nobody enters any more. Its file is put aside as ${file.path}.retired, and its tests with it, until you bring it back.`;
    byId("retire-stop-words").textContent = `Let the ${people(numbers.waiting)} inside leave at once; else they go on to the end of their version`;
    byId("retire-stop-line").hidden = stopped || (numbers.waiting === 0 && !holds);
    byId("retire-stop").checked = holds;
    byId("retire-stop").disabled = holds;
    byId("retire-dialog").showModal();
  }

  async retire() {
    byId("retire-dialog").close();
    const [inside, stop] = [this.journey().numbers.waiting, byId("retire-stop").checked];
    const body = { digest: this.journey().file.digest, stop };
    const { ok, told } = await request(`${this.address}/retire`, body);
    if (!ok) {
      complain(told.error ?? "It could not be retired.");
      return;
    }
    const rest = stop ? told.people > 0 && `${people(told.people)} left.` : inside > 0 && `${counted(inside, "person goes", "people go")} on to the end.`;
    await this.reload(sentences("Retired. Nobody enters any more.", rest));
  }

  askToBringBack() {
    const then = {
      running: "People enter it again, as its file says.",
      paused: "It is paused, as it was: nobody enters until you resume it.",
      stopped: "It was stopped: nobody enters until you publish it.",
    };
    const { standing } = this.journey();
    const isDraft = standing.publishing === "on_command" && standing.running === "running" && !standing.version;
    openForm({
      title: `Bring ${this.name} back?`,
      about: `Its file, and its tests, get their names back. ${isDraft ? "It is a draft: nobody enters until you publish it." : then[standing.running]}`,
      yes: "Bring it back",
      sends: () => request(`${this.address}/bring-back`, {}),
      then: () => this.reload("Brought back."),
    });
  }

  async stop() {
    byId("stop-dialog").close();
    await this.change("stop", stoppedWords);
  }
}

const sentences = (...said) => said.filter(Boolean).join(" ");

const stoppedWords = ({ people: many, withheld }) =>
  sentences("Stopped.", many > 0 && `${people(many)} left.`, withheld > 0 && `${counted(withheld, "queued message is", "queued messages are")} not sent.`);

export const unparkedWords = ({ people: many, stay }) =>
  sentences(
    many > 0 ? `${counted(many, "person goes", "people go")} on.` : "Nobody could go on.",
    stay > 0 && `${counted(stay, "person stays", "people stay")} parked: they are in it again.`,
  );

const resumedWords = ({ people: many, due, left_out: leftOut }) =>
  sentences(
    "Resumed.",
    many > 0 && `${counted(many, "person goes", "people go")} on.`,
    due > 0 && `${counted(due, "held-back message is", "held-back messages are")} due.`,
    leftOut > 0 && `${counted(leftOut, "held-back message is", "held-back messages are")} left out.`,
  );

function standingWords({ publishing, running, is_unstarted: isNew, version, published, differs, since }, { file, is_retired: isRetired }) {
  if (isRetired && running === "running") return "Retired: nobody enters. Who is inside goes on to the end of their version, unless you stop it.";
  if (isRetired) return `Retired, and ${running} since ${dayAndTime(since)}: nobody enters.`;
  if (isNew) return "New, and not started: nobody enters. Try it with “Simulate…”, and start it to let people in.";
  if (running === "paused") return `Paused since ${dayAndTime(since)}: nobody enters, and times stand still. Resume it to let people in.`;
  if (running === "stopped") return `Stopped since ${dayAndTime(since)}: nobody enters until it is published again.`;
  const last = published && `version ${short(version)}, published ${dayAndTime(published.at)} by ${published.who}`;
  if (publishing === "on_command") {
    if (!last) return "A draft: nobody enters until it is published.";
    if (!file) return `In force is ${last}. Its file is gone.`;
    return differs ? `In force is ${last}. The file is a draft that differs from it.` : `In force is ${last}, as the file says.`;
  }
  if (!file) return "Its file is gone, so nobody enters. Who is inside goes on to the end of their version, unless you stop it.";
  if (!last) return "Whoever enters goes through the file as it is. It was never published.";
  return `Whoever enters goes through the file as it is. It ${differs ? "differs from" : "is"} ${last}.`;
}

/** Who goes where. A step of the version that is drawn is called as it is in the picture. */
function movesNodes({ moves, on_edit: policy }, { picture, version: drawn }) {
  if (moves.length === 0) return [h("p", { class: "small" }, "Nobody is inside.")];
  const titled = (step, version) => version === drawn && picture?.boxes.find(({ id }) => id === step)?.title;
  const rows = moves.map(({ people: many, step, begun, version, way, to, why }) => [
    number(many),
    h("span", {}, titled(step, version) || h("code", {}, step), begun ? "" : " (not begun)", ` of ${short(version)}`),
    {
      stays: why,
      moves: `${many === 1 ? "waits" : "wait"} on at the same step`,
      begins: `${many === 1 ? "begins" : "begin"} at ${to}`,
      arrives: `${many === 1 ? "comes" : "come"} to ${to}`,
      lost: h("strong", { class: "bad" }, `${many === 1 ? "is" : "are"} lost: the step ${why}`),
    }[way],
  ]);
  return [h("p", { class: "small" }, `By on_edit: ${policy}.`), table(["People", "are at", "and then"], rows)];
}
