// Accounts and what their providers say of them, and the tasks that run by the clock. To be looked at.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { badge, facts, failed, heading, sentence } from "./parts.js";
import { span, time } from "./time.js";

export class AccountsRoom {
  constructor() {
    this.abort = new AbortController();
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.element = h("div", null, heading("Accounts"), this.body);
    void this.read();
  }

  close() { this.abort.abort(); }

  async read() {
    try {
      const [accounts, tasks] = await Promise.all([get("/api/accounts", {}, this.abort.signal), get("/api/tasks", {}, this.abort.signal)]);
      fill(this.body,
        accounts.callbackURL ? h("p", null, "Meta's webhooks go to ", h("code", { class: "grow" }, accounts.callbackURL)) : null,
        accounts.accounts.length === 0 ? h("p", { class: "hint" }, "There is no account yet.") : accounts.accounts.map(account),
        h("section", { class: "card" }, h("h2", null, "Tasks"), h("ul", null, tasks.tasks.map(task))));
    } catch (error) {
      failed(this.body, error, () => void this.read());
    }
  }
}

/** @param {any} one */
function account(one) {
  return h("section", { class: "card" },
    h("div", { class: "heading" }, h("h2", { class: "grow" }, one.senders.join(", ")), badge(one.provider)),
    one.state ? h("p", null, sentence(one.state)) : null,
    one.failure ? h("p", { class: "warning" }, sentence(one.failure)) : null,
    facts([
      ["From", one.source], ["Looked at", one.checkedAt && time(one.checkedAt)], ["Ends", one.expiresAt && time(one.expiresAt)],
      ["Scopes", one.scopes?.join(", ")],
    ]),
    (one.standings ?? []).map((/** @type {any} */ standing) => h("div", null,
      facts([
        ["Sender", standing.sender], ["Status", standing.status && badge(standing.status)], ["Quality", standing.quality],
        ["Limit", standing.messagingLimit], ["Looked at", standing.checkedAt && time(standing.checkedAt)],
      ]),
      [...(standing.reasons ?? []), ...(standing.warnings ?? []), standing.failure].filter(Boolean)
        .map((/** @type {string} */ words) => h("p", { class: "warning" }, sentence(words))))));
}

/** @param {any} one */
function task(one) {
  return h("li", { class: "grow" }, h("strong", null, one.name), ` ${sentence(one.summary)} Every ${span(one.everySeconds)}; `,
    one.ranAt ? ["last at ", time(one.ranAt), "."] : "not yet.", one.failure ? h("p", { class: "warning" }, sentence(one.failure)) : null);
}
