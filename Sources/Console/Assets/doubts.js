// Sends that may have gone out and may not: what is known of each, and what somebody decides.

import { at, change, get } from "./api.js";
import { fill, h } from "./dom.js";
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
    this.element = h("div", null, heading("Doubts"),
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
      if (!after) {
        this.list.replaceChildren();
        this.chosen.clear();
        this.showMany();
      }
      if (!after && page.doubts.length === 0) fill(this.list, h("p", { class: "hint" }, "There are none."));
      for (const doubt of page.doubts) this.list.append(this.card(doubt));
      if (page.next) {
        const more = action("More", async () => { more.remove(); await this.read(page.next); });
        this.list.append(more);
      }
    } catch (error) {
      failed(this.trouble, error, () => void this.read());
    }
  }

  /** @param {any} doubt */
  card(doubt) {
    const evidence = h("div", null);
    const box = h("input", {
      type: "checkbox", "aria-label": `Choose ${doubt.id}`, on: {
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
    fill(this.many, h("strong", null, `${count(this.chosen.size)} chosen:`), decisions.map(([word, words, detail]) => action(words, async () => {
      const ids = [...this.chosen];
      if (await sure(`${words}: ${ids.length}?`, detail, words)) await this.decide(ids, word);
    })));
  }

  /** @param {string[]} ids @param {string} decision */
  async decide(ids, decision) {
    let done = 0;
    try {
      for (const id of ids) {
        await change("POST", at`/api/doubts/${id}`, { decision });
        done += 1;
        if (ids.length > 1) tell(`${done} of ${ids.length} are decided.`);
      }
      tell(done === 1 ? "It is decided." : `${done} are decided.`);
    } finally {
      await this.read();
    }
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
