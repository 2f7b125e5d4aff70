// What did not arrive, sent again: ordered for all that a filter finds, done by the server, and to be taken back before it begins.

import { at, change, get, Refusal } from "./api.js";
import { fill, h, redraw } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, count, facts, failed, gauge, sentence, tell } from "./parts.js";
import { may } from "./session.js";
import { time } from "./time.js";

const states = ["failed", "undelivered", "expired", "canceled"];

export class Resends {
  constructor() {
    this.abort = new AbortController();
    this.list = h("div", null);
    this.timer = 0;
    this.shown = "";
    /** @type {Record<string, string>} */
    this.filter = {};
    this.place = h("div", null);
    this.element = h("details", { class: "card", on: { toggle: () => { if (/** @type {HTMLDetailsElement} */ (this.element).open) this.open(); } } },
      h("summary", null, "Send again what did not arrive"), this.place, this.list);
  }

  /**
   * As the search stands.
   * @param {Record<string, string>} query
   */
  follow(query) {
    this.filter = query;
    if (/** @type {HTMLDetailsElement} */ (this.element).open) this.open();
  }

  close() {
    this.abort.abort();
    clearTimeout(this.timer);
  }

  open() {
    const filter = JSON.stringify(this.filter);
    // What somebody is typing stays until they search for something else.
    if (may("send") && this.shown !== filter) fill(this.place, this.form().element);
    this.shown = filter;
    void this.read();
  }

  form() {
    const form = new Form("Order it", async ({ state, cause, campaign, sender, hours }) => {
      if (hours && !(Number(hours) > 0 && Number(hours) <= 87_600)) {
        throw new Refusal(422, "", [{ pointer: "/hours", detail: "must be a number of hours from 1 to 87600" }]);
      }
      const since = hours ? new Date(Date.now() - Number(hours) * 3600e3).toISOString() : undefined;
      await change("POST", "/api/resends", { state, cause: cause || undefined, campaign: campaign || undefined, sender: sender || undefined, since });
      tell("It is ordered; it begins in ten seconds, and can be taken back until then.");
      await this.read();
    });
    form.choice("state", "Those that are", states.map((state) => [state, state]), states.includes(this.filter.state) ? this.filter.state : "failed");
    form.text("cause", "For this cause alone, by its code", { value: this.filter.cause ?? "" });
    form.text("campaign", "With this campaign's name on them", { value: this.filter.campaign ?? "" });
    form.text("sender", "Of this sender", { value: this.filter.sender ?? "" });
    form.text("hours", "That ended within so many hours", { type: "number", min: 1 });
    form.body.append(h("p", { class: "hint" }, "Each goes once however often it is ordered. Rows of campaigns are sent again on the campaign's own page."));
    return form;
  }

  async read() {
    clearTimeout(this.timer);
    try {
      const { resends } = await get("/api/resends", {}, this.abort.signal);
      redraw(this.list, resends.slice(0, 20).map((/** @type {any} */ one) => this.card(one)));
      const isOpen = resends.some((/** @type {any} */ one) => ["waiting", "running"].includes(one.state));
      clearTimeout(this.timer);
      if (isOpen && !this.abort.signal.aborted) this.timer = setTimeout(() => void this.read(), 1000);
    } catch (error) { failed(this.list, error, () => void this.read()); }
  }

  /** @param {any} one */
  card(one) {
    const { state, filter } = one;
    const isWaiting = state === "waiting";
    const left = Math.max(0, Math.ceil((Date.parse(one.beginsAt) - Date.now()) / 1000));
    const what = filter ? [filter.state, filter.cause, filter.campaign, filter.sender].filter(Boolean).join(", ") : "of another version";
    return h("section", { class: "letter", "data-resend": one.id },
      h("div", { class: "heading" }, h("strong", { class: "grow" }, what), badge(state),
        ["waiting", "running"].includes(state) && may("send") ? action(isWaiting ? "Take it back" : "Stop it", async () => {
          await change("POST", at`/api/resends/${one.id}/stop`);
          tell(isWaiting ? "It is taken back; nothing was sent." : "It is stopped; what was sent again is on its way.");
          await this.read();
        }, { "data-act": one.id }) : null),
      isWaiting ? h("p", null, one.counted ? `${count(one.found)} will be sent again in ${left} s.` : `${count(one.found)} found so far.`)
        : one.found > 0 ? gauge((one.resent + one.leftOut) / one.found, `${count(one.resent)} of ${count(one.found)} sent again`) : h("p", null, "There was none."),
      one.failure ? h("p", { class: "warning" }, sentence(one.failure)) : null,
      facts([["Ordered", time(one.createdAt)], ["By", one.by], ["Left out", one.leftOut ? count(one.leftOut) : ""], ["Ended", one.endedAt && time(one.endedAt)]]));
  }
}
