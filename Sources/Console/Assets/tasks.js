// What runs by the clock, and where one goes to mend what it cannot do.

import { get } from "./api.js";
import { h, redraw } from "./dom.js";
import { badge, count, facts, failed, heading, sentence } from "./parts.js";
import { Poll } from "./poll.js";
import { span, time } from "./time.js";

/**
 * Nobody has to start a task: each runs by itself. What one can do is to mend what it needs.
 * @type {Record<string, [string, string]>}
 */
const remedies = {
  RefreshWhatsAppAccessToken: ["#/accounts", "Put in another token"], MirrorTemplates: ["#/templates", "Look at the templates"],
  AskAboutNumbers: ["#/accounts", "Look at the numbers"], AskAboutTwilioSenders: ["#/accounts", "Look at the accounts"],
  ConnectAccounts: ["#/accounts", "Go on connecting an account"], RunCampaigns: ["#/campaigns", "Look at the campaigns"],
  AnswerWaitingContacts: ["#/inbox?unread", "Answer who waits"], WhatsAppActivateInactiveConversations: ["#/inbox", "Look at the conversations"],
  JoinParkedCallbacks: ["#/letters", "Look at what found no send"], AskAboutSilentSends: ["#/sends?state=in-doubt", "Look at sends in doubt"],
  ForgetOldSends: ["#/settings", "See how long sends are kept"],
};

export class TasksRoom {
  constructor() {
    this.abort = new AbortController();
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.element = h("div", null, heading("Tasks"),
      h("p", { class: "hint" }, "What workers do by the clock. One of them at a time does each; where one fails it is tried again by itself."), this.body);
    this.poll = new Poll(() => this.read(), 10_000);
  }

  close() {
    this.abort.abort();
    this.poll.close();
  }

  async read() {
    try {
      const { tasks } = await get("/api/tasks", {}, this.abort.signal);
      const failing = tasks.filter((/** @type {any} */ one) => one.failure);
      redraw(this.body, [...failing, ...tasks.filter((/** @type {any} */ one) => !one.failure)].map(task));
    } catch (error) {
      failed(this.body, error, () => void this.read());
    }
  }
}

/** @param {any} one */
function task(one) {
  const [href, words] = remedies[one.name] ?? [];
  return h("section", { class: "card", "data-task": one.name },
    h("div", { class: "heading" }, h("h2", { class: "grow" }, one.name), badge(one.failure ? "failing" : one.ranAt ? "done" : "not yet")),
    h("p", null, sentence(one.summary)),
    one.failure ? h("p", { class: "warning" }, sentence(one.failure), one.failingSince ? [" Since ", time(one.failingSince), "."] : "") : null,
    facts([
      ["Looks every", span(one.everySeconds)], ["Ran last", one.ranAt && time(one.ranAt)],
      ["Took", one.tookMilliseconds === undefined ? "" : `${count(one.tookMilliseconds)} ms`], ["Did", one.done === undefined ? "" : count(one.done)],
      ["Worker", one.worker],
    ]),
    href ? h("p", null, h("a", { href }, words)) : null);
}
