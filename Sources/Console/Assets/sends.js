// Finding sends, and one send's whole life.

import { at, change, get, Refusal } from "./api.js";
import { fill, h, redraw } from "./dom.js";
import { Pages } from "./pages.js";
import { action, badge, facts, failed, heading, number, sentence, sure, tell, tellError } from "./parts.js";
import { Poll } from "./poll.js";
import { Resends } from "./resends.js";
import { may } from "./session.js";
import { events } from "./stream.js";
import { Table } from "./table.js";
import { time } from "./time.js";

const states = ["queued", "sending", "in-doubt", "accepted", "sent", "delivered", "read", "failed", "undelivered", "expired", "canceled"];

export class SendsRoom {
  /** @param {URLSearchParams} query */
  constructor(query) {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    /** @type {Record<string, string>} */
    this.query = {};
    /** @type {Pages<any>} */
    this.pages = new Pages(async (after) => {
      const page = await get("/api/sends", { ...this.query, limit: 100, after }, this.abort.signal);
      fill(this.trouble);
      return { rows: page.sends, next: page.next };
    }, (rows) => this.table.show(rows), (error) => failed(this.trouble, error, () => void this.read()), (/** @type {any} */ row) => row.id);
    this.fields = {
      to: h("input", { name: "to", type: "search", "aria-label": "Number", placeholder: "Number" }),
      campaign: h("input", { name: "campaign", type: "search", "aria-label": "Campaign", placeholder: "Campaign" }),
      providerId: h("input", { name: "providerId", type: "search", "aria-label": "Provider's id", placeholder: "Provider's id" }),
      state: h("select", { name: "state", "aria-label": "State" }, h("option", { value: "" }, "any state"), states.map((state) => h("option", { value: state }, state))),
    };
    /** @type {Table<any>} */
    this.table = new Table("Sends", [
      { name: "Send", cell: (row) => h("a", { href: `#/sends/${row.id}` }, row.id.slice(-12)) },
      { name: "State", cell: (row) => badge(row.state) },
      { name: "To", cell: (row) => number(row.to, "send", row.id) },
      { name: "Sender", cell: (row) => row.sender },
      { name: "Campaign", cell: (row) => row.campaign ?? "" },
      { name: "Changed", cell: (row) => time(row.changed) },
    ], { none: "No send is like that.", more: () => void this.pages.more() });
    const form = h("form", { class: "filters", role: "search", "aria-label": "Sends", on: { submit: (/** @type {Event} */ event) => this.go(event) } },
      Object.values(this.fields), h("button", { class: "main" }, "Search"));
    this.resends = new Resends();
    this.element = h("div", null, heading("Sends"), form, this.trouble, this.table.element, h("p", null), this.resends.element);
    this.move([], query);
  }

  close() {
    this.abort.abort();
    this.resends.close();
  }

  /** @param {string[]} words @param {URLSearchParams} query */
  move(words, query) {
    if (words.length > 0) return false;
    for (const [name, field] of Object.entries(this.fields)) {
      /** @type {HTMLInputElement} */ (field).value = query.get(name) ?? "";
    }
    this.query = Object.fromEntries(query);
    if (Object.keys(this.query).length === 0) this.query = { state: "queued" };
    /** @type {HTMLSelectElement} */ (this.fields.state).value = this.query.state ?? "";
    this.resends.follow(this.query);
    void this.read();
    return true;
  }

  /** @param {Event} event */
  go(event) {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const [name, field] of Object.entries(this.fields)) {
      const { value } = /** @type {HTMLInputElement} */ (field);
      if (value.trim()) query.set(name, value.trim());
    }
    if (`#/sends?${query}` === location.hash) void this.read();
    else location.hash = `#/sends?${query}`;
  }

  async read() {
    this.abort.abort();
    this.abort = new AbortController();
    await this.pages.read();
  }
}

export class SendRoom {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.element = h("div", null, this.trouble, this.body);
    this.shown = "";
    this.tries = 0;
    /** @type {Poll} */
    this.poll = new Poll(() => this.read());
    this.end = events.listen((changes, missed) => {
      if (missed || changes.some(({ kind, data }) => kind === "send" && data.id === this.id)) this.poll.soon(250);
    });
  }

  close() {
    this.abort.abort();
    this.poll.close();
    this.end();
  }

  async read() {
    try {
      const send = await get(at`/api/sends/${this.id}`, {}, this.abort.signal);
      fill(this.trouble);
      const shown = JSON.stringify(send);
      if (shown !== this.shown) this.show(send);
      this.shown = shown;
    } catch (error) {
      // What was asked for a moment ago may not have been taken in yet.
      this.tries += 1;
      if (error instanceof Refusal && error.status === 404 && !this.shown && this.tries < 20) {
        fill(this.body, h("p", { class: "hint" }, error.sentence));
        this.poll.soon(1000);
        return;
      }
      if (!this.shown) fill(this.body);
      failed(this.trouble, error, () => this.poll.soon(0));
    }
  }

  /** @param {any} send */
  show(send) {
    redraw(this.body,
      heading(`Send ${send.id}`, badge(send.state), this.cancelButton(send), this.againButton(send)),
      send.waits ? h("p", { class: "warning" }, sentence(send.waits.sentence), send.waits.until ? [" Until ", time(send.waits.until), "."] : "") : null,
      h("section", { class: "card" }, h("h2", null, "The message"), facts([
        ["To", number(send.to, "send", send.id)], ["Sender", send.sender], ["Template", send.template],
        ["Campaign", send.campaign && h("a", { href: `#/sends?campaign=${encodeURIComponent(send.campaign)}` }, send.campaign)],
        ["Provider's id", send.providerId], ["Attempts", send.attempts], ["Due", time(send.due)], ["Expires", time(send.expires)],
        ["Told nothing more", send.silent ? "yes" : ""], ["Kept back by the provider", send.held ? "yes" : ""],
      ])),
      send.error ? h("section", { class: "card" }, h("h2", null, "What went wrong"), h("p", null, send.error.sentence),
        send.error.providerText ? h("p", { class: "hint" }, `${send.error.code}: ${send.error.providerText}`) : null) : null,
      h("section", { class: "card" }, h("h2", null, "Its life"), h("div", { class: "scroller short", tabindex: "0", role: "region", "aria-label": "Its life" },
        h("table", null, h("thead", null, h("tr", null, ["Attempt", "State", "Our clock", "Provider's clock", "Code"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", null, send.history.map((/** @type {any} */ one) => h("tr", null,
            h("td", { "data-name": "Attempt" }, one.attempt), h("td", { "data-name": "State" }, badge(one.state)),
            h("td", { "data-name": "Our clock" }, time(one.at)), h("td", { "data-name": "Provider's clock" }, one.providerAt ? time(one.providerAt) : "–"),
            h("td", { "data-name": "Code" }, one.code ?? ""))))))),
      send.metadata === undefined ? null : h("details", null, h("summary", null, "What came with it"), h("pre", { tabindex: "0" }, JSON.stringify(send.metadata, null, 2))),
      send.provider === undefined ? null : h("details", null, h("summary", null, "The provider's answer"),
        h("pre", { tabindex: "0" }, typeof send.provider === "string" ? send.provider : JSON.stringify(send.provider, null, 2))));
  }

  /** @param {any} send */
  cancelButton(send) {
    if (send.state !== "queued" || !may("send")) return null;
    return action("Cancel it", async () => {
      if (!await sure("Cancel this send?", "It is not sent. This cannot be taken back.", "Cancel it")) return;
      try {
        await change("POST", at`/api/sends/${send.id}/cancel`);
        tell("It is canceled.");
      } catch (error) { tellError(error); }
      await this.read();
    }, { class: "danger" });
  }

  /**
   * Rows of campaigns are sent again by these.
   * @param {any} send
   */
  againButton(send) {
    if (!["failed", "undelivered", "expired", "canceled"].includes(send.state) || !may("send")) return null;
    return action("Send it again", async () => {
      if (!await sure("Send it again?", "The same message to the same person, as a send of its own. It goes once however often this is asked for.", "Send it again")) return;
      const { id } = await change("POST", at`/api/sends/${send.id}/resend`);
      tell("It is queued once more; this is its page.");
      location.hash = `#/sends/${id}`;
    });
  }
}
