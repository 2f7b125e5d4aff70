// What happens, as it is told to everybody: the stream itself, and webhooks as they came.

import { at, change, get } from "./api.js";
import { fill, h, KeyedList } from "./dom.js";
import { Pages } from "./pages.js";
import { action, badge, count, facts, failed, heading, masked, tell, tellError } from "./parts.js";
import { may, session } from "./session.js";
import { events } from "./stream.js";
import { Table } from "./table.js";
import { time } from "./time.js";

/** @type {Record<import("./stream.js").Change["kind"], string>} */
const topics = { send: "messages", inbound: "inbound", conversation: "conversations", campaign: "campaigns" };
const most = 500;

/** @typedef {{number: number, at: string, kind: import("./stream.js").Change["kind"], data: any}} Shown */

export class EventsRoom {
  constructor() {
    this.abort = new AbortController();
    /** @type {Shown[]} */
    this.all = [];
    this.made = 0;
    this.isStopped = false;
    this.topic = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "Topic", on: { change: () => this.draw() } },
      h("option", { value: "" }, "every topic"), Object.entries(topics).map(([kind, topic]) => h("option", { value: kind }, topic))));
    this.words = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": "Only with these words", placeholder: "Id, state, sender", on: { input: () => this.draw() } }));
    this.stopper = h("button", { type: "button", "aria-pressed": "false", on: { click: () => this.toggle() } }, "Hold the list");
    this.list = h("ul", { class: "list", "aria-label": "Events" });
    this.keyed = new KeyedList(this.list, (/** @type {Shown} */ one) => String(one.number), item, () => {});
    this.hint = h("p", { class: "hint" }, "Nothing has happened since this room was opened.");
    this.element = h("div", null, heading("Events"),
      h("p", { class: "hint" }, `The stream of /api/events from now on, the newest first, at most ${most}. People's numbers are in it.`),
      h("div", { class: "filters" }, this.topic, this.words, this.stopper), this.hint, this.list,
      may("admin") && !session?.app ? new Webhooks(this.abort.signal).element : null);
    this.end = events.listen((changes, missed) => this.take(changes, missed));
  }

  close() {
    this.abort.abort();
    this.end();
  }

  toggle() {
    this.isStopped = !this.isStopped;
    this.stopper.setAttribute("aria-pressed", String(this.isStopped));
    this.draw();
  }

  /** @param {import("./stream.js").Change[]} changes @param {boolean} missed */
  take(changes, missed) {
    const now = new Date().toISOString();
    if (missed) tell("Some events did not come to this page.");
    const came = changes.slice(-most).map(({ kind, data }) => ({ number: (this.made += 1), at: data.at ?? data.receivedAt ?? now, kind, data }));
    this.all = [...came.reverse(), ...this.all].slice(0, most);
    // What comes while the list is held is there when it is let go.
    if (!this.isStopped) this.draw();
  }

  draw() {
    const words = this.words.value.trim().toLowerCase();
    const shown = this.all.filter((one) => (!this.topic.value || one.kind === this.topic.value)
      && (!words || JSON.stringify(one.data).toLowerCase().includes(words)));
    this.keyed.show(shown.slice(0, 100));
    fill(this.hint, this.all.length === 0 ? "Nothing has happened since this room was opened."
      : `${count(shown.length)} of ${count(this.all.length)}${shown.length > 100 ? ", of which the newest 100 are shown" : ""}.`);
  }
}

/** @param {Shown} one */
function item({ at: when, kind, data }) {
  const record = h("div", null);
  const name = data.act ?? data.state ?? data.kind ?? "";
  const whom = data.to ?? data.from ?? data.contact ?? "";
  return h("li", null, h("details", {
    on: { toggle: () => fill(record, h("pre", { tabindex: "0" }, JSON.stringify(data, null, 2))) },
  }, h("summary", null, time(when), " ", h("strong", null, topics[kind]), " ", name ? badge(String(name)) : "", " ",
    h("span", { class: "grow" }, [data.sender, whom && masked(String(whom)), data.id].filter(Boolean).join(" · "))), record));
}

/** Where an account keeps them. */
class Webhooks {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
    /** @type {Pages<any>} */
    this.pages = new Pages(async (before) => {
      const page = await get("/api/webhooks", { phone: this.phone.value.trim(), verdict: this.verdict.value.trim(), limit: 100, before }, this.signal);
      fill(this.trouble);
      return { rows: page.webhooks, next: page.before };
    }, (rows) => this.table.show(rows), (error) => failed(this.trouble, error, () => void this.pages.read()), (/** @type {any} */ row) => String(row.id));
    this.trouble = h("div", null);
    this.one = h("div", null);
    this.phone = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": "Number in it", placeholder: "Number" }));
    this.verdict = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": "Verdict", placeholder: "Verdict, such as taken" }));
    /** @type {Table<any>} */
    this.table = new Table("Webhooks as they came", [
      { name: "Number", cell: (row) => action(String(row.id), () => this.open(row.id), { class: "link", "aria-label": `Webhook ${row.id}` }) },
      { name: "Came", cell: (row) => time(row.receivedAt) },
      { name: "Provider", cell: (row) => row.provider },
      { name: "Verdict", cell: (row) => badge(row.verdict) },
      { name: "Of", cell: (row) => row.fields.join(", ") },
      { name: "Bytes", cell: (row) => count(row.size) },
    ], { none: "None is kept. `keepEvents` of an account keeps them.", more: () => void this.pages.more() });
    const form = h("form", {
      class: "filters", role: "search", "aria-label": "Webhooks", on: {
        submit: (/** @type {Event} */ event) => { event.preventDefault(); void this.pages.read(); },
      },
    }, this.phone, this.verdict, h("button", null, "Search"));
    this.element = h("details", { class: "card", on: { toggle: () => { if (this.pages.rows.length === 0) void this.pages.read(); } } },
      h("summary", null, "Webhooks as they came"), form, this.trouble, this.table.element, this.one);
  }

  /** @param {number} id */
  async open(id) {
    const found = await get(at`/api/webhooks/${String(id)}`, {}, this.signal);
    fill(this.one, h("h2", null, `Webhook ${id}`), facts([["Account", found.account], ["Numbers", found.phones.map(masked).join(", ")], ["Ids", found.ids.join(", ")]]),
      h("pre", { tabindex: "0" }, found.body),
      action("Take it once more", async () => {
        try {
          const { items } = await change("POST", at`/api/webhooks/${String(id)}/replay`);
          tell(`${count(items)} taken once more; what was known already changes nothing.`);
        } catch (error) { tellError(error); }
      }));
  }
}
