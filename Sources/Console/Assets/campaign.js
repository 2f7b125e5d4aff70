// One campaign: before it starts, while it runs, and what became of it.

import { at, change, get, Refusal, request } from "./api.js";
import { SameKey } from "./composer.js";
import { Course, planFacts, planGrounds } from "./course.js";
import { fill, h, redraw } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, count, facts, failed, gauge, heading, sentence, sure, tell, tellError } from "./parts.js";
import { Poll } from "./poll.js";
import { Rehearsal } from "./rehearsal.js";
import { may } from "./session.js";
import { events } from "./stream.js";
import { time } from "./time.js";
import { Progress, upload } from "./upload.js";
import { variants } from "./variants.js";

const order = ["waiting", "queued", "sending", "in-doubt", "accepted", "sent", "delivered", "read", "failed", "undelivered", "expired", "canceled"];

/** In milliseconds. */
const planEvery = 30_000;
const faultsShown = 200;

export class CampaignRoom {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.report = h("div", null);
    this.list = h("div", null);
    this.shown = "";
    /** What is chosen to be sent again. */
    this.cause = "not-delivered";
    this.key = new SameKey();
    this.course = new Course("People still to be written to, as planned");
    this.plan = h("div", null);
    this.grounds = h("div", null);
    /** When it ends, as planned by now. */
    this.finish = "";
    this.planned = 0;
    this.more = h("details", { class: "card", on: { toggle: () => { if (/** @type {HTMLDetailsElement} */ (this.more).open) this.readMore().catch(tellError); } } },
      h("summary", null, "Plan, preview and what was wrong with the list"), h("h2", null, "Plan"), this.plan, this.course.element, this.grounds, this.report);
    this.rehearsal = new Rehearsal(id);
    this.rehearsal.element.hidden = true;
    this.element = h("div", null, this.trouble, this.body, this.list, this.more, this.rehearsal.element);
    this.poll = new Poll(() => this.read(), 5000);
    this.end = events.listen((changes, missed) => {
      if (missed || changes.some(({ kind, data }) => kind === "campaign" && data.id === this.id)) this.poll.soon(500);
    });
  }

  close() {
    this.abort.abort();
    this.end();
    this.poll.close();
    this.course.close();
    this.rehearsal.close();
  }

  async read() {
    try {
      const one = await get(at`/api/campaigns/${this.id}`, {}, this.abort.signal);
      fill(this.trouble);
      this.show(one);
      // While it runs it is planned anew, as what its lanes may send changes.
      if (["running", "paused"].includes(one.state) && Date.now() - this.planned > planEvery) {
        await this.readPlan();
        this.show(one);
      }
    } catch (error) {
      if (!this.shown) fill(this.body);
      failed(this.trouble, error, () => this.poll.soon(0));
    }
  }

  /** @param {any} one */
  show(one) {
    const shown = JSON.stringify([one, this.finish]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.showList(one);
    // What was rehearsed before stays to be looked at.
    this.rehearsal.element.hidden = !["planned", "running", "paused"].includes(one.state) && !this.rehearsal.element.open;
    const rows = Math.max(1, one.rows ?? 1);
    const names = Object.keys(one.counts ?? {}).sort((left, right) => order.indexOf(left) - order.indexOf(right));
    redraw(this.body,
      heading(one.name, badge(one.state), this.buttons(one)),
      one.reason ? h("p", { class: "warning" }, sentence(one.reason.text ?? one.reason.cause), one.reason.until ? [" Until ", time(one.reason.until), "."] : "") : null,
      (one.warnings ?? []).map((/** @type {string} */ warning) => h("p", { class: "warning" }, warning)),
      h("section", { class: "card" }, h("h2", null, "Where its messages stand"), names.length === 0 ? h("p", { class: "hint" }, "Nothing has begun.")
        : h("table", null, h("thead", null, h("tr", null, ["State", "How many", "Share"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", null, names.map((name) => h("tr", null, h("td", { "data-name": "State" }, badge(name)), h("td", { "data-name": "How many" }, count(one.counts[name])),
            h("td", { "data-name": "Share" }, gauge(one.counts[name] / rows))))))),
      variants(one, (now) => this.show(now)),
      facts([
        ["Rows", count(one.rows)], ["Duplicates left out", one.duplicates ? count(one.duplicates) : ""], ["Left out on purpose", one.upload?.heldOut ? count(one.upload.heldOut) : ""],
        ["Waiting", one.waiting === undefined ? "" : count(one.waiting)],
        ["A second", one.perSecond === undefined ? "" : one.perSecond.toFixed(1)], ["Started", one.startedAt && time(one.startedAt)],
        ["Ends, as planned by now", one.endedAt || !this.finish ? "" : time(this.finish)], ["Ended", one.endedAt && time(one.endedAt)], ["Expires", one.expiresAt && time(one.expiresAt)],
        ["Kept back by the provider", one.heldByProvider ? count(one.heldByProvider) : ""],
        ["Money", one.money && `${one.money.reserved ?? "0"} of ${one.money.ceiling ?? "any"} ${one.money.currency ?? ""}`],
      ]),
      list("What went wrong", one.causes, (cause) => `${count(cause.count)}: ${cause.sentence} (${cause.code})`),
      list("What holds it", [...(one.held ?? []), ...(one.stops ?? []).filter((/** @type {any} */ stop) => !stop.isOver)],
        (stop) => [stop.template, stop.sender, stop.region, stop.reason].filter(Boolean).join(", ")),
      list("Lanes", one.lanes, (lane) => `${lane.sender}: ${lane.state}. ${lane.reason ?? ""}`),
      one.upload ? h("p", { class: "hint" }, `The list: ${count(one.upload.good)} good, ${count(one.upload.bad)} with faults, ${one.upload.isComplete ? "all of it read" : "not all of it read"}.`) : null,
      h("p", null, h("a", { href: `#/sends?campaign=${encodeURIComponent(one.id)}` }, "Its sends"), " ",
        ["done", "canceled", "finishing"].includes(one.state) ? action("Save the report", () => this.save("report")) : null, " ",
        one.state === "done" && may("send") ? this.resender(one) : null));
  }

  /**
   * A campaign whose list did not go up, or not all of it, is given one here.
   * @param {any} one
   */
  showList(one) {
    const isMissing = one.state === "loading" && !one.upload?.isComplete && may("send");
    if (!isMissing) return fill(this.list);
    if (this.list.firstChild) return;
    const form = new Form("Send the list up", async () => {
      const [file] = picker.files ?? [];
      if (!file) throw new Refusal(422, "", [{ pointer: "/recipients", detail: "is needed" }]);
      await upload(this.id, file, progress, this.abort.signal);
      tell(`${file.name} is up.`);
      this.poll.soon(0);
    });
    const picker = /** @type {HTMLInputElement} */ (form.text("recipients", "The list, as CSV or one object a line", { type: "file", accept: ".csv,.ndjson,.jsonl,.txt" }));
    const progress = new Progress();
    form.body.appendChild(progress.element);
    fill(this.list, h("section", { class: "card" }, h("h2", null, one.upload?.offset > 0 ? "Its list is not all here: send it once more" : "It has no list yet"), form.element));
  }

  /**
   * Another campaign of what did not arrive, for all causes or for one; it waits to be started.
   * @param {any} one
   */
  resender(one) {
    const causes = [["not-delivered", "everything that did not arrive"], ...(one.causes ?? []).map((/** @type {any} */ cause) => [cause.code, cause.sentence])];
    const choice = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "What to send again", on: { change: () => { this.cause = choice.value; } } },
      causes.map(([code, words]) => h("option", { value: code, selected: code === this.cause }, words))));
    return h("span", null, choice, " ", action("Send again", async () => {
      const made = await this.key.post(at`/api/campaigns/${this.id}/resend` + `?cause=${encodeURIComponent(choice.value)}`, undefined);
      location.hash = `#/campaigns/${made.id}`;
    }));
  }

  /** @param {any} one */
  buttons(one) {
    if (!may("send")) return null;
    /** @param {string} verb @param {string} words @param {string} [title] @param {string} [detail] */
    const act = (verb, words, title, detail) => action(words, async () => {
      if (title && !(await sure(title, detail ?? "", words))) return;
      const now = await change("POST", at`/api/campaigns/${this.id}/${verb}`, {});
      tell(now.underWay ? `It is ${now.state}; ${count(now.underWay)} are in flight.` : `It is ${now.state}.`);
      this.show(now);
    }, { "data-act": verb, class: verb === "cancel" ? "danger" : verb === "start" ? "main" : "" });
    return h("div", { class: "actions" },
      ["loading", "planned"].includes(one.state) && !one.wantsStart ? act("start", "Start", "Start it?", `${count(one.rows)} rows. Its plan and preview are below.`) : null,
      one.state === "running" ? act("pause", "Pause") : null,
      one.state === "paused" ? act("resume", "Resume") : null,
      ["done", "canceled"].includes(one.state) ? null
        : act("cancel", "Cancel", "Cancel it?", `${count(one.waiting ?? 0)} wait and will not be sent. This cannot be taken back.`));
  }

  async readPlan() {
    this.planned = Date.now();
    try {
      const plan = await get(at`/api/campaigns/${this.id}/plan`, {}, this.abort.signal);
      this.finish = plan.finish ?? "";
      redraw(this.plan, h("p", null, sentence(plan.sentence)), plan.refusal ? h("p", { class: "warning" }, sentence(plan.refusal)) : null, planFacts(plan));
      this.course.show(plan.stretches ?? []);
      redraw(this.grounds, planGrounds(plan));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.finish = "";
      fill(this.plan, h("p", { class: "hint" }, error.sentence));
      this.course.show([]);
      fill(this.grounds);
    }
  }

  async readMore() {
    /** @param {string} path @param {Record<string, any>} [query] */
    const tryGet = async (path, query) => {
      try { return await get(path, query, this.abort.signal); } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { error };
      }
    };
    const [preview, faults] = await Promise.all([
      tryGet(at`/api/campaigns/${this.id}/preview`), tryGet(at`/api/campaigns/${this.id}/faults`, { limit: faultsShown }), this.readPlan(),
    ]);
    fill(this.report,
      h("h2", null, "The first messages"), preview.error ? h("p", { class: "hint" }, preview.error.sentence)
        : (preview.messages ?? []).map((/** @type {any} */ message) => h("pre", { tabindex: "0" }, message.text ?? JSON.stringify(message.request, null, 2))),
      h("h2", null, "What was wrong with the list"), faults.error ? h("p", { class: "hint" }, faults.error.sentence)
        : (faults.faults ?? []).length === 0 ? h("p", { class: "hint" }, "Nothing.") : [
          h("ul", null, faults.faults.map((/** @type {any} */ fault) => h("li", null, `Line ${fault.line}, ${fault.field ?? "the row"}: ${fault.detail}`))),
          h("p", null, faults.next ? "There are more. " : "", action("Save them all", () => this.save("faults"))),
        ]);
  }

  /** @param {"report" | "faults"} what */
  async save(what) {
    const response = await request("GET", at`/api/campaigns/${this.id}/` + `${what}?format=csv`, { signal: this.abort.signal });
    const url = URL.createObjectURL(await response.blob());
    const link = h("a", { href: url, download: `${what}-${this.id}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** @param {string} title @param {any[] | undefined} items @param {(item: any) => string} words */
function list(title, items, words) {
  if (!items || items.length === 0) return null;
  return h("section", { class: "card" }, h("h2", null, title), h("ul", null, items.map((item) => h("li", { class: "grow" }, words(item)))));
}
