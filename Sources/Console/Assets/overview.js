// How it stands now, how it went, and what wants somebody.

import { get } from "./api.js";
import { fill, h, KeyedList, redraw } from "./dom.js";
import { badge, budgets, count, facts, failed, heading, sentence } from "./parts.js";
import { Plot } from "./plot.js";
import { Poll } from "./poll.js";
import { may, session } from "./session.js";
import { events } from "./stream.js";
import { ago } from "./time.js";

/** @type {[string, string, string[]][]} */
const lines = [
  ["gone out", "--one", ["accepted"]], ["delivered", "--two", ["delivered"]],
  ["failed", "--three", ["failed", "undelivered", "expired"]],
];

/**
 * By minutes: how long it is, and what one point of it stands for.
 * @type {Record<string, [string, number]>}
 */
const stretches = { 60: ["the last hour", 1], 360: ["the last six hours", 5], 1440: ["the last day", 10] };

export class OverviewRoom {
  constructor() {
    this.abort = new AbortController();
    this.tiles = h("div", { class: "tiles" });
    this.alerts = h("ul", { class: "alerts" });
    this.alertList = new KeyedList(this.alerts, (/** @type {Alert} */ alert) => alert.text,
      (alert) => h("li", { class: alert.isFine ? "hint" : "warning" }, alert.href ? h("a", { href: alert.href }, alert.text) : alert.text), () => {});
    this.lanes = h("div", null);
    this.trouble = h("div", null);
    this.plot = new Plot("Sends that came to a state, by the minute", lines.map(([name, color]) => ({ name, color })));
    this.sums = h("div", null);
    /** What came since the page was read, so that it moves between two looks. */
    this.since = 0;
    this.live = h("span", { class: "hint" });
    /**
     * Dead letters are read from the log, and so less often.
     * @type {{at: number, count: string}}
     */
    this.letters = { at: 0, count: "" };
    this.stretch = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "How far back", on: { change: () => this.poll.soon(0) } },
      Object.entries(stretches).map(([minutes, [words]]) => h("option", { value: minutes }, words))));
    this.day = h("div", null);
    this.element = h("div", null, heading("Overview", this.live), this.trouble, this.tiles, this.day,
      h("section", { class: "card" }, h("h2", null, "What wants somebody"), this.alerts),
      h("section", { class: "card" }, h("p", null, this.stretch), this.plot.element, this.sums),
      h("section", { class: "card" }, h("h2", null, "Lanes"), this.lanes));
    this.end = events.listen((changes, missed) => this.take(changes, missed));
    this.poll = new Poll(() => this.read(), 10_000);
  }

  close() {
    this.abort.abort();
    this.end();
    this.poll.close();
    this.plot.close();
  }

  /** @param {import("./stream.js").Change[]} changes @param {boolean} missed */
  take(changes, missed) {
    this.since += changes.reduce((sum, { kind }) => sum + (kind === "send" ? 1 : 0), 0);
    fill(this.live, this.since > 0 ? `${count(this.since)} ${this.since === 1 ? "change" : "changes"} of sends since the last look` : "");
    if (missed) this.poll.soon(500);
  }

  async read() {
    const { signal } = this.abort;
    const minutes = Number(this.stretch.value);
    const step = stretches[minutes][1];
    try {
      const [overview, lanes, tasks, accounts, campaigns, inbox] = await Promise.all([
        get("/api/overview", { minutes, step }, signal), get("/api/lanes", {}, signal), get("/api/tasks", {}, signal), get("/api/accounts", {}, signal), get("/api/campaigns", { limit: 50 }, signal),
        get("/api/conversations", { unread: true, limit: 100 }, signal),
      ]);
      await this.readLetters();
      fill(this.trouble);
      this.since = 0;
      this.take([], false);
      this.draw(overview, minutes, step);
      this.show({
        overview, lanes: lanes.lanes, tasks: tasks.tasks, accounts: accounts.accounts, campaigns: campaigns.campaigns, campaignsNext: campaigns.next, inbox,
      });
    } catch (error) {
      failed(this.trouble, error, () => this.poll.soon(0));
    }
  }

  async readLetters() {
    if (!may("admin") || session?.app || Date.now() - this.letters.at < 60_000) return;
    const found = await get("/api/dead-letters", {}, this.abort.signal);
    this.letters = { at: Date.now(), count: count(found.count) + (found.more ? "+" : "") };
  }

  /**
   * A minute in which nothing happened is not told of.
   * @param {any} overview
   * @param {number} minutes
   * @param {number} step
   */
  draw(overview, minutes, step) {
    const width = step * 60_000;
    const now = Date.parse(overview.at);
    /** @type {Map<number, Record<string, number>>} */
    const known = new Map(overview.changes.map((/** @type {any} */ one) => [Date.parse(one.at), one.counts]));
    const last = now - (now % width);
    const points = Array.from({ length: Math.ceil(minutes / step) + 1 }, (_, place) => {
      const at = last - (Math.ceil(minutes / step) - place) * width;
      const counts = known.get(at) ?? {};
      return { at, values: lines.map(([, , states]) => states.reduce((sum, state) => sum + (counts[state] ?? 0), 0) / step) };
    });
    this.plot.show(points);
    /** @type {Record<string, number>} */
    const sums = {};
    for (const { counts } of overview.changes) for (const [state, many] of Object.entries(counts)) sums[state] = (sums[state] ?? 0) + Number(many);
    fill(this.sums, h("h2", null, `In ${stretches[minutes][0]}`), Object.keys(sums).length === 0 ? h("p", { class: "hint" }, "No send came to another state.")
      : facts(Object.entries(sums).filter(([state]) => state !== "sending").map(([state, many]) => [state, count(many)])));
  }

  /** @param {Record<string, any>} found */
  show({ overview, lanes, tasks, accounts, campaigns, campaignsNext, inbox }) {
    /** @param {string} name */
    const sum = (name) => lanes.reduce((/** @type {number} */ all, /** @type {any} */ lane) => all + (lane[name] ?? 0), 0);
    const running = campaigns.filter((/** @type {any} */ campaign) => campaign.state === "running");
    /** @param {any[]} list @param {unknown} next */
    const many = (list, next) => count(list.length) + (next ? "+" : "");
    const { house } = overview;
    // Of every age, as each lane counts them.
    redraw(this.tiles,
      tile("#/sends?state=queued", count(sum("waiting")), "queued now"), tile("#/sends?state=sending", count(sum("inFlight")), "in flight now"),
      tile("#/doubts", count(sum("inDoubt")), "in doubt now"), tile("#/campaigns", many(running, campaignsNext), "campaigns running"),
      tile("#/inbox?unread", many(inbox.conversations, inbox.next), "unread conversations"),
      house ? tile("#/tasks", count(house.unmatchedCallbacks), "unmatched callbacks") : null,
      this.letters.count ? tile("#/letters", this.letters.count, "dead letters") : null,
      house ? tile("#/settings", `${Math.round((100 * house.spoolBytes) / Math.max(1, house.spoolLimitBytes))} %`, "of the spool used") : null);
    const states = Object.entries(overview.lastDay ?? {});
    redraw(this.day, h("section", { class: "card" }, h("h2", null, "Where the sends of the last 24 hours stand"),
      states.length === 0 ? h("p", { class: "hint" }, "None was made.")
        : facts(states.map(([state, many]) => [state, h("a", { href: `#/sends?state=${encodeURIComponent(state)}` }, count(Number(many)))]))));
    const alerts = [...(house?.alerts ?? []).map((/** @type {string} */ text) => ({ text })), ...alertsOf(lanes, tasks, accounts)];
    if (alerts.length === 0) alerts.push({ text: "Nothing does.", isFine: true });
    this.alertList.show(alerts.slice(0, 50));
    redraw(this.lanes, lanes.length === 0 ? h("p", { class: "hint" }, "There is no sender yet.") : h("ul", { class: "list" },
      lanes.map((/** @type {any} */ lane) => h("li", { class: "grow" }, h("strong", null, lane.sender), " ", badge(lane.state), " ",
        `${count(lane.waiting)} waiting, ${count(lane.inFlight)} in flight. `,
        lane.oldestDueAt ? `The oldest has been due for ${ago(lane.oldestDueAt).replace(" ago", "")}. ` : "",
        sentence(lane.reason ?? lane.waits?.sentence), h("ul", { class: "budgets" }, budgets(lane))))));
  }
}

/** @typedef {{text: string, href?: string, isFine?: boolean}} Alert */

/** @param {any[]} lanes @param {any[]} tasks @param {any[]} accounts @returns {Alert[]} */
function alertsOf(lanes, tasks, accounts) {
  /** @type {Alert[]} */
  const alerts = [];
  for (const lane of lanes) {
    if (["stopped", "paused", "held"].includes(lane.state)) {
      alerts.push({ text: `${lane.sender} is ${lane.state}. ${sentence(lane.reason)}`, href: "#/lanes" });
    }
    for (const warning of lane.warnings ?? []) alerts.push({ text: `${lane.sender}: ${warning}`, href: "#/lanes" });
  }
  for (const task of tasks) {
    if (task.failure) alerts.push({ text: `The task ${task.name} fails: ${task.failure}`, href: "#/tasks" });
  }
  for (const account of accounts) {
    const names = account.senders.join(", ");
    if (account.failure) alerts.push({ text: `${names}: ${account.failure}`, href: "#/accounts" });
    const left = account.expiresAt ? new Date(account.expiresAt).getTime() - Date.now() : Infinity;
    if (left < 14 * 86400e3) alerts.push({ text: `The token of ${names}: ${account.state}`, href: "#/accounts" });
    for (const standing of account.standings ?? []) {
      for (const warning of standing.warnings ?? []) alerts.push({ text: `${standing.sender}: ${warning}`, href: "#/accounts" });
    }
  }
  return alerts;
}

/** @param {string} href @param {string} figure @param {string} words */
function tile(href, figure, words) {
  return h("a", { class: "tile", href }, h("b", null, figure), words);
}
