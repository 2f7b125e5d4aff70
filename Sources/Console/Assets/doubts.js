// Sends that may have gone out and may not: what is known of each, and what somebody decides.

import { at, change, get, Refusal } from "./api.js";
import { fill, h, redraw } from "./dom.js";
import { action, count, facts, failed, heading, number, sure, tell, tellError } from "./parts.js";
import { may } from "./session.js";
import { time } from "./time.js";

/** @type {[string, string, string][]} */
const decisions = [
  ["sent", "It was sent", "It counts as accepted; nothing is sent again."],
  ["resend", "Send it again", "If it did go out, the person gets it twice."],
  ["fail", "It failed", "Nothing is sent, and its caller hears that it failed."],
];

export class DoubtsRoom {
  constructor() {
    this.abort = new AbortController();
    this.list = h("div", null);
    this.trouble = h("div", null);
    /** @type {Set<string>} */
    this.chosen = new Set();
    this.many = h("div", { class: "actions" });
    this.element = h("div", null, heading("Doubts", action("Look again", async () => { await this.read(); })),
      h("p", { class: "hint" }, "The provider was asked and no answer came. Only its own list, or the person, knows whether it went out."),
      this.trouble, this.many, this.list);
    void this.read();
  }

  close() { this.abort.abort(); }

  /** @param {string} [after] */
  async read(after) {
    try {
      const page = await get("/api/doubts", { after }, this.abort.signal);
      fill(this.trouble);
      const cards = page.doubts.map((/** @type {any} */ doubt) => this.card(doubt));
      if (page.next) {
        const more = action("More", async () => { if (await this.read(page.next)) more.remove(); });
        cards.push(more);
      }
      if (after) this.list.append(...cards);
      else {
        const there = new Set(page.doubts.map((/** @type {any} */ doubt) => doubt.id));
        for (const id of this.chosen) if (!there.has(id)) this.chosen.delete(id);
        redraw(this.list, cards.length === 0 ? h("p", { class: "hint" }, "There are none.") : cards);
      }
      this.showMany();
      return true;
    } catch (error) {
      failed(this.trouble, error, () => void this.read());
      return false;
    }
  }

  /** @param {any} doubt */
  card(doubt) {
    const evidence = h("div", null);
    const box = h("input", {
      type: "checkbox", "aria-label": `Choose ${doubt.id}`, checked: this.chosen.has(doubt.id), on: {
        change: (/** @type {Event} */ event) => {
          const { checked } = /** @type {HTMLInputElement} */ (event.target);
          if (checked) this.chosen.add(doubt.id);
          else this.chosen.delete(doubt.id);
          this.showMany();
        },
      },
    });
    const details = h("details", {
      on: {
        toggle: async () => {
          try { fill(evidence, evidenceOf(await get(at`/api/sends/${doubt.id}`, {}, this.abort.signal))); } catch (error) { tellError(error); }
        },
      },
    }, h("summary", null, "What is known of it"), evidence);
    return h("section", { class: "card", "data-send": doubt.id },
      facts([
        ["Choose", may("admin") ? box : null],
        ["Send", h("a", { href: `#/sends/${doubt.id}` }, doubt.id)], ["To", number(doubt.to, "doubt", doubt.id)],
        ["Sender", doubt.sender], ["Attempt", doubt.attempt], ["Since", time(doubt.since)], ["Looked for", `${doubt.looks} times`],
      ]),
      h("p", null, doubt.reason), details,
      may("admin") ? h("div", { class: "actions" }, decisions.map(([word, words, detail]) => action(words, async () => {
        if (await sure(`${words}?`, detail, words)) await this.decide([doubt.id], word);
      }, word === "resend" ? { class: "danger" } : {}))) : null);
  }

  showMany() {
    if (this.chosen.size === 0) return fill(this.many);
    redraw(this.many, h("strong", null, `${count(this.chosen.size)} chosen:`), decisions.map(([word, words, detail]) => action(words, async () => {
      const ids = [...this.chosen];
      if (await sure(`${words}: ${ids.length}?`, detail, words)) await this.decide(ids, word);
    })));
  }

  /** @param {string[]} ids @param {string} decision */
  async decide(ids, decision) {
    let done = 0;
    /** @type {Refusal[]} */
    const refused = [];
    /** @type {unknown} */
    let stop = null;
    for (const id of ids) {
      try {
        await change("POST", at`/api/doubts/${id}`, { decision });
        done += 1;
        this.chosen.delete(id);
      } catch (error) {
        // Somebody else, or a callback, was quicker with this one; the others are as they were.
        if (error instanceof Refusal && [404, 409].includes(error.status)) {
          refused.push(error);
          this.chosen.delete(id);
        } else {
          stop = error;
          break;
        }
      }
      if (ids.length > 1) tell(`${done} of ${ids.length} are decided.`);
    }
    await this.read();
    if (stop) throw stop;
    const words = done === 1 ? "It is decided." : `${done} are decided.`;
    tell([done > 0 ? words : "", refused.length > 0 ? `${refused.length} could not be: ${refused[0].message}` : ""].join(" ").trim());
  }
}

/** @param {any} send */
function evidenceOf(send) {
  return [
    send.error ? h("p", { class: "warning" }, send.error.sentence, " ", send.error.providerText ?? "") : null,
    h("ol", null, send.history.map((/** @type {any} */ change) => h("li", null, `attempt ${change.attempt}: ${change.state} `, time(change.at),
      change.providerAt ? [", by the provider's clock ", time(change.providerAt)] : ""))),
    send.provider === undefined ? h("p", null, "The provider answered nothing.") : h("pre", { tabindex: "0" }, JSON.stringify(send.provider, null, 2)),
  ];
}
