// Each sender's lane: how it stands, why it waits, and stopping and starting it.

import { at, change, get } from "./api.js";
import { fill, h } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, budgets, count, facts, failed, heading, sentence, sure, tell } from "./parts.js";
import { may } from "./session.js";
import { time } from "./time.js";

export class LanesRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.list = h("div", null);
    this.element = h("div", null, heading("Lanes"), this.trouble, this.list);
    /** A reason is being typed, so what is there stays. */
    this.isTyping = false;
    this.reading = setInterval(() => this.read(), 3000);
    void this.read();
  }

  close() {
    this.abort.abort();
    clearInterval(this.reading);
  }

  async read() {
    if (this.isTyping) return;
    try {
      const { lanes } = await get("/api/lanes", {}, this.abort.signal);
      if (this.isTyping) return;
      fill(this.trouble);
      const focused = document.activeElement?.getAttribute("data-act");
      fill(this.list, lanes.length === 0 ? h("p", { class: "hint" }, "There is no sender yet.") : lanes.map((/** @type {any} */ lane) => this.card(lane)));
      if (focused) {
        const again = [...this.list.querySelectorAll("button")].find((button) => button.dataset.act === focused);
        again?.focus({ preventScroll: true });
      }
    } catch (error) {
      failed(this.trouble, error, () => void this.read());
    }
  }

  /** @param {any} lane */
  card(lane) {
    const place = h("div", null);
    return h("section", { class: "card", "aria-label": `Lane ${lane.sender}` },
      h("div", { class: "heading" }, h("h2", null, lane.sender), badge(lane.state), may("admin") ? this.buttons(lane, place) : null,
        may("send") ? action("Try it", async () => this.askTrial(lane, place), { "data-act": `try ${lane.sender}` }) : null),
      place,
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

  /** @param {any} lane @param {HTMLElement} place */
  buttons(lane, place) {
    const isStopped = ["paused", "stopped", "held"].includes(lane.state);
    if (isStopped) {
      return action("Resume", async () => {
        const isSure = await sure(`Resume ${lane.sender}?`, `${count(lane.waiting)} wait on it. ${lane.reason ?? ""}`, "Resume");
        if (!isSure) return;
        await change("POST", at`/api/lanes/${lane.sender}/resume`);
        tell(`${lane.sender} goes on.`);
        await this.read();
      }, { "data-act": `resume ${lane.sender}` });
    }
    return action("Pause", async () => this.askWhy(lane, place), { "data-act": `pause ${lane.sender}` });
  }

  /**
   * One message of one's own over this lane, ahead of what waits: it shows whether the provider takes what goes there.
   * @param {any} lane @param {HTMLElement} place
   */
  askTrial(lane, place) {
    this.isTyping = true;
    let key = crypto.randomUUID();
    const form = new Form("Send the trial", async ({ to, body, template_name }) => {
      const what = template_name ? { template_name } : { body };
      const { id } = await change("POST", "/api/whatsapp/send", { to, sender: lane.sender, priority: 9, ...what }, { "Idempotency-Key": key });
      key = crypto.randomUUID();
      this.isTyping = false;
      tell("The trial is queued; this page says what becomes of it.");
      location.hash = `#/sends/${id}`;
    });
    form.text("to", "A number of your own", { required: true, inputmode: "tel" });
    form.text("body", "Text", { value: "A trial message.", maxlength: 4096 });
    form.text("template_name", "Or a template, where its window is closed");
    this.leavable(form, place);
    form.element.querySelector("input")?.focus();
  }

  /** @param {Form} form @param {HTMLElement} place */
  leavable(form, place) {
    form.button.after(h("button", {
      type: "button", on: { click: () => { this.isTyping = false; void this.read(); } },
    }, "Leave it"));
    fill(place, form.element);
  }

  /** @param {any} lane @param {HTMLElement} place */
  askWhy(lane, place) {
    this.isTyping = true;
    const form = new Form("Pause it", async ({ reason }) => {
      await change("POST", at`/api/lanes/${lane.sender}/pause`, reason ? { reason } : {});
      this.isTyping = false;
      tell(`${lane.sender} is paused; what is in flight still goes.`);
      await this.read();
    });
    const input = form.text("reason", "Why, for whoever looks at it later", { maxlength: 200 });
    this.leavable(form, place);
    input.focus();
  }
}
