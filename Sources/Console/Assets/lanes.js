// Each sender's lane: how it stands, why it waits, and stopping and starting it.

import { at, change, get } from "./api.js";
import { SameKey } from "./composer.js";
import { fill, h, KeyedList, redraw, say } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, budgets, count, facts, failed, heading, sentence, sure, tell } from "./parts.js";
import { Poll } from "./poll.js";
import { may } from "./session.js";
import { time } from "./time.js";

export class LanesRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.list = h("div", null);
    this.hint = h("p", { class: "hint" }, "Loading…");
    /** @type {Map<string, Lane>} */
    this.lanes = new Map();
    this.keyed = new KeyedList(this.list, (/** @type {any} */ lane) => lane.sender, (lane) => this.lane(lane).element, (_, lane) => this.lane(lane).show(lane));
    this.element = h("div", null, heading("Lanes"), this.trouble, this.hint, this.list);
    this.poll = new Poll(() => this.read(), 3000);
  }

  close() {
    this.abort.abort();
    this.poll.close();
  }

  async read() {
    try {
      const { lanes } = await get("/api/lanes", {}, this.abort.signal);
      fill(this.trouble);
      say(this.hint, lanes.length === 0 ? "There is no sender yet." : "");
      this.keyed.show(lanes);
    } catch (error) {
      say(this.hint, "");
      failed(this.trouble, error, () => this.poll.soon(0));
    }
  }

  /** @param {any} lane */
  lane({ sender }) {
    const known = this.lanes.get(sender) ?? new Lane(() => this.read());
    this.lanes.set(sender, known);
    return known;
  }
}

/** One of them: what is typed in it stays while the rest of it is drawn anew. */
class Lane {
  /** @param {() => Promise<void>} again reads all of them */
  constructor(again) {
    this.again = again;
    this.shown = "";
    this.head = h("div", { class: "heading" });
    this.place = h("div", null);
    this.body = h("div", null);
    this.element = h("section", { class: "card" }, this.head, this.place, this.body);
  }

  /** @param {any} lane */
  show(lane) {
    const shown = JSON.stringify(lane);
    if (shown === this.shown) return;
    this.shown = shown;
    this.element.setAttribute("aria-label", `Lane ${lane.sender}`);
    redraw(this.head, h("h2", null, lane.sender), badge(lane.state), may("admin") ? this.button(lane) : null,
      may("send") ? action("Try it", async () => this.askTrial(lane), { "data-act": `try ${lane.sender}` }) : null);
    redraw(this.body,
      facts([
        ["Waiting", count(lane.waiting)], ["In flight", count(lane.inFlight)], ["In doubt", count(lane.inDoubt)],
        ["The oldest is due since", lane.oldestDueAt && time(lane.oldestDueAt)],
        ["Since", lane.since && time(lane.since)], ["Until", lane.until && time(lane.until)], ["Worker", lane.worker],
      ]),
      h("ul", { class: "budgets" }, budgets(lane)),
      lane.reason ? h("p", { class: "warning" }, sentence(lane.reason)) : null,
      lane.waits ? h("p", null, sentence(lane.waits.sentence), lane.waits.until ? [" Until ", time(lane.waits.until), "."] : "") : null,
      (lane.warnings ?? []).map((/** @type {string} */ warning) => h("p", { class: "warning" }, warning)),
      this.flows(lane));
  }

  /** @param {any} lane */
  flows(lane) {
    const [waiting, held] = [lane.flows ?? [], lane.held ?? []];
    if (waiting.length + held.length === 0) return null;
    /** @param {any} flow */
    const name = (flow) => [flow.campaign, flow.template, flow.language].filter(Boolean).join(", ") || "others";
    return h("details", null, h("summary", null, `${waiting.length} flows wait, ${lane.heldFlows ?? 0} are held`),
      h("ul", null,
        waiting.map((/** @type {any} */ flow) => h("li", { class: "grow" }, `${name(flow)}: ${count(flow.waiting)}. ${sentence(flow.waits?.sentence)}`)),
        held.map((/** @type {any} */ flow) => h("li", { class: "grow" }, `${name(flow)}: ${count(flow.waiting)} held. ${sentence(flow.reason)} `,
          flow.until ? ["Until ", time(flow.until)] : ""))));
  }

  /** @param {any} lane */
  button(lane) {
    if (!isStopped(lane)) return action("Pause", async () => this.askWhy(lane), { "data-act": `pause ${lane.sender}` });
    return action("Resume", async () => {
      const isSure = await sure(`Resume ${lane.sender}?`, `${count(lane.waiting)} wait on it. ${lane.reason ?? ""}`, "Resume");
      if (!isSure) return;
      await change("POST", at`/api/lanes/${lane.sender}/resume`);
      tell(`${lane.sender} goes on.`);
      await this.again();
    }, { "data-act": `resume ${lane.sender}` });
  }

  /**
   * One message of one's own over this lane, ahead of what waits: it shows whether the provider takes what goes there.
   * @param {any} lane
   */
  askTrial(lane) {
    const key = new SameKey();
    const form = new Form("Send the trial", async ({ to, body, template_name }) => {
      const what = template_name ? { template_name } : { body };
      const { id } = await key.post("/api/whatsapp/send", { to, sender: lane.sender, priority: 9, ...what });
      tell("The trial is queued; this page says what becomes of it.");
      location.hash = `#/sends/${id}`;
    });
    form.text("to", "A number of your own", { required: true, inputmode: "tel" });
    form.text("body", "Text", { value: "A trial message.", maxlength: 4096 });
    form.text("template_name", "Or a template, where its window is closed");
    this.ask(form, h("p", { class: isStopped(lane) ? "warning" : "hint" }, isStopped(lane)
      ? `Nothing goes on this lane while it is ${lane.state}. A trial waits with the rest, and is the first to go once it goes on.`
      : "It goes ahead of all that waits here, by the same budgets."));
  }

  /** @param {any} lane */
  askWhy(lane) {
    const form = new Form("Pause it", async ({ reason }) => {
      await change("POST", at`/api/lanes/${lane.sender}/pause`, reason ? { reason } : {});
      fill(this.place);
      tell(`${lane.sender} is paused; what is in flight still goes.`);
      await this.again();
    });
    form.text("reason", "Why, for whoever looks at it later", { maxlength: 200 });
    this.ask(form);
  }

  /** @param {Form} form @param {Node} [hint] */
  ask(form, hint) {
    form.button.after(h("button", { type: "button", on: { click: () => fill(this.place) } }, "Leave it"));
    fill(this.place, hint ?? null, form.element);
    form.element.querySelector("input")?.focus();
  }
}

/** @param {any} lane */
function isStopped(lane) {
  return ["paused", "stopped", "held"].includes(lane.state);
}
