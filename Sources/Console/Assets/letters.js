// What could not be processed: by reason, and one by one; putting it back or dropping it.

import { change, get } from "./api.js";
import { fill, h, redraw } from "./dom.js";
import { action, count, facts, failed, heading, masked, sure, tell, tellError } from "./parts.js";
import { time } from "./time.js";

export class LettersRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.element = h("div", null, heading("Dead letters", action("Look again", () => this.read())),
      h("p", { class: "hint" }, "Records that no worker could take, and what tenants did not take for a day. Put one back once its cause is gone."),
      this.trouble, this.body);
    void this.read();
  }

  close() { this.abort.abort(); }

  async read() {
    try {
      const found = await get("/api/dead-letters", {}, this.abort.signal);
      fill(this.trouble);
      this.show(found);
    } catch (error) {
      fill(this.body);
      failed(this.trouble, error, () => void this.read());
    }
  }

  /** @param {any} found */
  show(found) {
    if (found.count === 0) return fill(this.body, h("p", { class: "hint" }, "There are none."));
    redraw(this.body, h("p", null, `${count(found.count)}${found.more ? " and more" : ""} wait for a decision.`),
      found.groups.map((/** @type {any} */ group) => this.group(group, found.letters)));
  }

  /** @param {any} group @param {any[]} letters */
  group(group, letters) {
    const own = letters.filter((letter) => letter.subject === group.subject && letter.reason === group.reason);
    const which = { subject: group.subject, reason: group.reason };
    return h("section", { class: "card", "data-reason": group.reason },
      h("div", { class: "heading" }, h("h2", { class: "grow" }, group.reason || "Without a reason"), `${count(group.count)} from ${group.subject}`),
      h("div", { class: "actions" },
        this.decider("Put all back", "replay", which, group.count), this.decider("Drop all", "drop", which, group.count)),
      h("details", null, h("summary", null, own.length < group.count ? `The first ${count(own.length)}` : "One by one"),
        own.map((letter) => this.letter(letter))));
  }

  /** @param {string} words @param {"replay" | "drop"} decision @param {any} which @param {number} many */
  decider(words, decision, which, many) {
    return action(words, async () => {
      const detail = decision === "drop" ? "Nothing more is done about them. This cannot be taken back." : "They are processed again as they were.";
      if (!(await sure(`${words}: ${count(many)}?`, detail, words))) return;
      this.tellDone(await change("POST", "/api/dead-letters", { decision, ...which }));
    }, decision === "drop" ? { class: "danger" } : {});
  }

  /** @param {any} letter */
  letter(letter) {
    const path = `/api/dead-letters/${letter.id}`;
    const record = h("div", null);
    const details = h("details", {
      on: {
        toggle: async () => {
          try { fill(record, h("pre", { tabindex: "0" }, JSON.stringify((await get(path, {}, this.abort.signal)).record, null, 2))); } catch (error) { tellError(error); }
        },
      },
    }, h("summary", null, `What ${letter.id} holds`), record);
    /** @param {string} words @param {"replay" | "drop"} decision */
    const decide = (words, decision) => action(words, async () => this.tellDone(await change("POST", path, { decision })),
      { "aria-label": `${words} ${letter.id}` });
    return h("div", { class: "letter", "data-letter": letter.id },
      facts([["Number", letter.id], ["At", time(letter.at)], ["Key", /^\+?\d{7,}$/.test(letter.key) ? masked(letter.key) : letter.key]]),
      details, h("div", { class: "actions" }, decide("Put it back", "replay"), decide("Drop it", "drop")));
  }

  /** @param {any} answer */
  tellDone(answer) {
    const [first] = answer.failed;
    tell(`${count(answer.done)} done.${first ? ` ${count(answer.failed.length)} could not be put back: ${first.reason}.` : ""}`);
    void this.read();
  }
}
