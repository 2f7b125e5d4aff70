// How it stands now, and what wants somebody.

import { get } from "./api.js";
import { fill, h, KeyedList } from "./dom.js";
import { badge, count, failed, heading, sentence } from "./parts.js";
import { Plot } from "./plot.js";
import { events } from "./stream.js";

const step = 5000;
const shown = 60;

export class OverviewRoom {
  constructor() {
    this.abort = new AbortController();
    this.tiles = h("div", { class: "tiles" });
    this.alerts = h("ul", { class: "alerts" });
    this.alertList = new KeyedList(this.alerts, (/** @type {Alert} */ alert) => alert.text,
      (alert) => h("li", { class: alert.isFine ? "hint" : "warning" }, alert.href ? h("a", { href: alert.href }, alert.text) : alert.text), () => {});
    this.lanes = h("div", null);
    this.trouble = h("div", null);
    this.plot = new Plot("Changes in five seconds, since this page is open", [
      { name: "sent on", color: "--one" }, { name: "delivered or read", color: "--two" }, { name: "failed", color: "--three" },
    ]);
    /** @type {{at: number, values: number[]}[]} */
    this.points = [{ at: Date.now(), values: [0, 0, 0] }];
    this.element = h("div", null, heading("Overview"), this.trouble, this.tiles,
      h("section", { class: "card" }, h("h2", null, "What wants somebody"), this.alerts),
      h("section", { class: "card" }, this.plot.element),
      h("section", { class: "card" }, h("h2", null, "Lanes"), this.lanes));
    this.end = events.listen((changes, missed) => this.take(changes, missed));
    this.clock = setInterval(() => this.tick(), step);
    this.reading = setInterval(() => this.read(), 10_000);
    void this.read();
  }

  close() {
    this.abort.abort();
    this.end();
    clearInterval(this.clock);
    clearInterval(this.reading);
  }

  /** @param {import("./stream.js").Change[]} changes @param {boolean} missed */
  take(changes, missed) {
    const { values } = this.points[this.points.length - 1];
    for (const { kind, data } of changes) {
      if (kind !== "send") continue;
      if (["accepted", "sent"].includes(data.state)) values[0] += 1;
      if (["delivered", "read"].includes(data.state)) values[1] += 1;
      if (["failed", "undelivered", "expired"].includes(data.state)) values[2] += 1;
    }
    if (missed) void this.read();
    this.plot.draw();
  }

  tick() {
    this.points.push({ at: Date.now(), values: [0, 0, 0] });
    this.points = this.points.slice(-shown);
    this.plot.show(this.points);
  }

  async read() {
    const { signal } = this.abort;
    try {
      const [lanes, doubts, tasks, accounts, campaigns, inbox] = await Promise.all([
        get("/api/lanes", {}, signal), get("/api/doubts", {}, signal), get("/api/tasks", {}, signal),
        get("/api/accounts", {}, signal), get("/api/campaigns", { limit: 50 }, signal),
        get("/api/conversations", { unread: true, limit: 100 }, signal),
      ]);
      fill(this.trouble);
      this.show({ lanes: lanes.lanes, doubts, tasks: tasks.tasks, accounts: accounts.accounts, campaigns: campaigns.campaigns, inbox });
    } catch (error) {
      failed(this.trouble, error, () => void this.read());
    }
  }

  /** @param {Record<string, any>} found */
  show({ lanes, doubts, tasks, accounts, campaigns, inbox }) {
    /** @param {string} name */
    const sum = (name) => lanes.reduce((/** @type {number} */ all, /** @type {any} */ lane) => all + (lane[name] ?? 0), 0);
    const running = campaigns.filter((/** @type {any} */ campaign) => campaign.state === "running").length;
    /** @param {any[]} list @param {unknown} next */
    const many = (list, next) => count(list.length) + (next ? "+" : "");
    fill(this.tiles,
      tile("#/lanes", count(sum("waiting")), "waiting"), tile("#/lanes", count(sum("inFlight")), "in flight"),
      tile("#/doubts", many(doubts.doubts, doubts.next), "in doubt"), tile("#/campaigns", count(running), "campaigns running"),
      tile("#/inbox?unread", many(inbox.conversations, inbox.next), "unread conversations"));
    const alerts = alertsOf(lanes, tasks, accounts);
    if (alerts.length === 0) alerts.push({ text: "Nothing does.", isFine: true });
    this.alertList.show(alerts);
    fill(this.lanes, lanes.length === 0 ? h("p", { class: "hint" }, "There is no sender yet.") : h("ul", { class: "list" },
      lanes.map((/** @type {any} */ lane) => h("li", { class: "grow" }, h("strong", null, lane.sender), " ", badge(lane.state), " ",
        `${count(lane.waiting)} waiting, ${count(lane.inFlight)} in flight. ${sentence(lane.reason ?? lane.waits?.sentence)}`))));
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
    if (task.failure) alerts.push({ text: `The task ${task.name} fails: ${task.failure}` });
  }
  for (const account of accounts) {
    if (account.failure) alerts.push({ text: `${account.senders.join(", ")}: ${account.failure}` });
    const left = account.expiresAt ? new Date(account.expiresAt).getTime() - Date.now() : Infinity;
    if (left < 14 * 86400e3) alerts.push({ text: `The token of ${account.senders.join(", ")}: ${account.state}` });
    for (const standing of account.standings ?? []) {
      for (const warning of standing.warnings ?? []) alerts.push({ text: `${standing.sender}: ${warning}` });
    }
  }
  return alerts.slice(0, 50);
}

/** @param {string} href @param {string} figure @param {string} words */
function tile(href, figure, words) {
  return h("a", { class: "tile", href }, h("b", null, figure), words);
}
