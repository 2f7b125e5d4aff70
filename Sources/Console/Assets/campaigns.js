// Campaigns: all of them, making one, and one while it runs.

import { at, change, get, Refusal, request } from "./api.js";
import { SameKey } from "./composer.js";
import { fill, h, redraw } from "./dom.js";
import { Form } from "./form.js";
import { Pages } from "./pages.js";
import { action, badge, count, facts, failed, gauge, heading, sentence, sure, tell } from "./parts.js";
import { Poll } from "./poll.js";
import { may } from "./session.js";
import { events } from "./stream.js";
import { Table } from "./table.js";
import { time } from "./time.js";

export class CampaignsRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    /** @type {Pages<any>} */
    this.pages = new Pages(async (after) => {
      const page = await get("/api/campaigns", { limit: 100, after }, this.abort.signal);
      fill(this.trouble);
      return { rows: page.campaigns, next: page.next };
    }, (rows) => this.table.show(rows), (error) => failed(this.trouble, error, () => void this.pages.read()), (/** @type {any} */ row) => row.id);
    /** @type {Table<any>} */
    this.table = new Table("Campaigns", [
      { name: "Name", cell: (row) => h("a", { href: `#/campaigns/${row.id}` }, row.name) },
      { name: "State", cell: (row) => badge(row.state) },
      { name: "Made", cell: (row) => time(row.createdAt) },
      { name: "Started", cell: (row) => (row.startedAt ? time(row.startedAt) : "") },
      { name: "Ended", cell: (row) => (row.endedAt ? time(row.endedAt) : "") },
    ], { none: "There is no campaign yet.", more: () => void this.pages.more() });
    this.element = h("div", null, heading("Campaigns"), this.trouble, this.table.element, may("send") ? this.maker() : null);
    this.poll = new Poll(() => this.pages.refresh());
    this.end = events.listen((changes, missed) => {
      if (missed || changes.some(({ kind }) => kind === "campaign")) this.poll.soon(1000);
    });
  }

  close() {
    this.abort.abort();
    this.poll.close();
    this.end();
  }

  maker() {
    const form = new Form("Make it", async (values) => {
      /** @type {any} */
      const message = values.template_name
        ? { template_name: values.template_name, language_code: values.language_code || undefined, parameters: values.parameters ? values.parameters.split("\n").filter(Boolean) : undefined }
        : { type: "text", body: values.body };
      const definition = { name: values.name, sender: values.sender || undefined, pace: values.pace || undefined, message };
      const words = JSON.stringify(definition);
      // Where only its list did not go up, it is there already.
      if (made?.words !== words) made = { words, id: (await key.post("/api/campaigns", definition)).id };
      const [file] = picker.files ?? [];
      if (file) {
        tell(`${file.name} is going up.`);
        await upload(made.id, file);
      }
      location.hash = `#/campaigns/${made.id}`;
    }, { keep: "campaign" });
    const key = new SameKey();
    /** @type {{words: string, id: string} | null} */
    let made = null;
    form.text("name", "Name", { required: true, maxlength: 200 });
    form.text("sender", "Sender, where there are several");
    form.text("template_name", "Template");
    form.text("language_code", "Its language, such as it");
    form.text("parameters", "Its values, one a line; {{column}} is what the list has there", { rows: 3 });
    form.text("body", "Text, in place of a template", { rows: 2 });
    form.text("pace", "Pace, such as 500/h");
    const picker = /** @type {HTMLInputElement} */ (form.text("recipients", "The list, as CSV or one object a line", { type: "file", accept: ".csv,.ndjson,.jsonl,.txt" }));
    return h("details", { class: "card" }, h("summary", null, "Make a campaign"), form.element);
  }
}

/** @param {string} id @param {File} file */
async function upload(id, file) {
  await request("PUT", at`/api/campaigns/${id}/recipients`, {
    raw: file, headers: { "Content-Type": /\.(ndjson|jsonl)$/i.test(file.name) ? "application/x-ndjson" : "text/csv" },
  });
}

const order = ["waiting", "queued", "sending", "in-doubt", "accepted", "sent", "delivered", "read", "failed", "undelivered", "expired", "canceled"];

export class CampaignRoom {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.report = h("div", null);
    this.list = h("div", null);
    this.shown = "";
    /** What is chosen to be sent again. */
    this.cause = "not-delivered";
    this.key = new SameKey();
    this.more = h("details", { class: "card", on: { toggle: () => { if (/** @type {HTMLDetailsElement} */ (this.more).open) void this.readMore(); } } }, h("summary", null, "Plan, preview and what was wrong with the list"), this.report);
    this.element = h("div", null, this.trouble, this.body, this.list, this.more);
    this.poll = new Poll(() => this.read(), 5000);
    this.end = events.listen((changes, missed) => {
      if (missed || changes.some(({ kind, data }) => kind === "campaign" && data.id === this.id)) this.poll.soon(500);
    });
  }

  close() {
    this.abort.abort();
    this.end();
    this.poll.close();
  }

  async read() {
    try {
      const one = await get(at`/api/campaigns/${this.id}`, {}, this.abort.signal);
      fill(this.trouble);
      this.show(one);
    } catch (error) {
      if (!this.shown) fill(this.body);
      failed(this.trouble, error, () => this.poll.soon(0));
    }
  }

  /** @param {any} one */
  show(one) {
    const shown = JSON.stringify(one);
    if (shown === this.shown) return;
    this.shown = shown;
    this.showList(one);
    const rows = Math.max(1, one.rows ?? 1);
    const names = Object.keys(one.counts ?? {}).sort((left, right) => order.indexOf(left) - order.indexOf(right));
    redraw(this.body,
      heading(one.name, badge(one.state), this.buttons(one)),
      one.reason ? h("p", { class: "warning" }, sentence(one.reason.text ?? one.reason.cause), one.reason.until ? [" Until ", time(one.reason.until), "."] : "") : null,
      (one.warnings ?? []).map((/** @type {string} */ warning) => h("p", { class: "warning" }, warning)),
      h("section", { class: "card" }, h("h2", null, "Where its messages stand"), names.length === 0 ? h("p", { class: "hint" }, "Nothing has begun.")
        : h("table", null, h("thead", null, h("tr", null, ["State", "How many", "Share"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", null, names.map((name) => h("tr", null, h("td", { "data-name": "State" }, badge(name)), h("td", { "data-name": "How many" }, count(one.counts[name])),
            h("td", { "data-name": "Share" }, gauge(one.counts[name] / rows))))))),
      facts([
        ["Rows", count(one.rows)], ["Duplicates left out", one.duplicates ? count(one.duplicates) : ""], ["Waiting", one.waiting === undefined ? "" : count(one.waiting)],
        ["A second", one.perSecond === undefined ? "" : one.perSecond.toFixed(1)], ["Started", one.startedAt && time(one.startedAt)],
        ["Ended", one.endedAt && time(one.endedAt)], ["Expires", one.expiresAt && time(one.expiresAt)],
        ["Kept back by the provider", one.heldByProvider ? count(one.heldByProvider) : ""],
        ["Money", one.money && `${one.money.reserved ?? "0"} of ${one.money.ceiling ?? "any"} ${one.money.currency ?? ""}`],
      ]),
      list("What went wrong", one.causes, (cause) => `${count(cause.count)}: ${cause.sentence} (${cause.code})`),
      list("What holds it", [...(one.held ?? []), ...(one.stops ?? []).filter((/** @type {any} */ stop) => !stop.isOver)],
        (stop) => [stop.template, stop.sender, stop.region, stop.reason].filter(Boolean).join(", ")),
      list("Lanes", one.lanes, (lane) => `${lane.sender}: ${lane.state}. ${lane.reason ?? ""}`),
      one.upload ? h("p", { class: "hint" }, `The list: ${count(one.upload.good)} good, ${count(one.upload.bad)} with faults, ${one.upload.isComplete ? "all of it read" : "not all of it read"}.`) : null,
      h("p", null, h("a", { href: `#/sends?campaign=${encodeURIComponent(one.id)}` }, "Its sends"), " ",
        ["done", "canceled", "finishing"].includes(one.state) ? action("Save the report", () => this.save(one)) : null, " ",
        one.state === "done" && may("send") ? this.resender(one) : null));
  }

  /**
   * A campaign whose list did not go up, or not all of it, is given one here.
   * @param {any} one
   */
  showList(one) {
    const isMissing = one.state === "loading" && !one.upload?.isComplete && may("send");
    if (!isMissing) return fill(this.list);
    if (this.list.firstChild) return;
    const form = new Form("Send the list up", async () => {
      const [file] = picker.files ?? [];
      if (!file) throw new Refusal(422, "", [{ pointer: "/recipients", detail: "is needed" }]);
      await upload(this.id, file);
      tell(`${file.name} is up.`);
      this.poll.soon(0);
    });
    const picker = /** @type {HTMLInputElement} */ (form.text("recipients", "The list, as CSV or one object a line", { type: "file", accept: ".csv,.ndjson,.jsonl,.txt" }));
    fill(this.list, h("section", { class: "card" }, h("h2", null, "It has no list yet"), form.element));
  }

  /**
   * Another campaign of what did not arrive, for all causes or for one; it waits to be started.
   * @param {any} one
   */
  resender(one) {
    const causes = [["not-delivered", "everything that did not arrive"], ...(one.causes ?? []).map((/** @type {any} */ cause) => [cause.code, cause.sentence])];
    const choice = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "What to send again", on: { change: () => { this.cause = choice.value; } } },
      causes.map(([code, words]) => h("option", { value: code, selected: code === this.cause }, words))));
    return h("span", null, choice, " ", action("Send again", async () => {
      const made = await this.key.post(at`/api/campaigns/${this.id}/resend` + `?cause=${encodeURIComponent(choice.value)}`, undefined);
      location.hash = `#/campaigns/${made.id}`;
    }));
  }

  /** @param {any} one */
  buttons(one) {
    if (!may("send")) return null;
    /** @param {string} verb @param {string} words @param {string} [title] @param {string} [detail] */
    const act = (verb, words, title, detail) => action(words, async () => {
      if (title && !(await sure(title, detail ?? "", words))) return;
      const now = await change("POST", at`/api/campaigns/${this.id}/${verb}`, {});
      tell(now.underWay ? `It is ${now.state}; ${count(now.underWay)} are in flight.` : `It is ${now.state}.`);
      this.show(now);
    }, { "data-act": verb, class: verb === "cancel" ? "danger" : verb === "start" ? "main" : "" });
    return h("div", { class: "actions" },
      ["loading", "planned"].includes(one.state) && !one.wantsStart ? act("start", "Start", "Start it?", `${count(one.rows)} rows. Its plan and preview are below.`) : null,
      one.state === "running" ? act("pause", "Pause") : null,
      one.state === "paused" ? act("resume", "Resume") : null,
      ["done", "canceled"].includes(one.state) ? null
        : act("cancel", "Cancel", "Cancel it?", `${count(one.waiting ?? 0)} wait and will not be sent. This cannot be taken back.`));
  }

  async readMore() {
    /** @param {string} path */
    const tryGet = async (path) => { try { return await get(path, {}, this.abort.signal); } catch (error) { return { error }; } };
    const [plan, preview, faults] = await Promise.all([
      tryGet(at`/api/campaigns/${this.id}/plan`), tryGet(at`/api/campaigns/${this.id}/preview`), tryGet(at`/api/campaigns/${this.id}/faults`),
    ]);
    fill(this.report,
      h("h2", null, "Plan"), plan.error ? h("p", { class: "hint" }, plan.error.message) : [
        h("p", null, sentence(plan.sentence)), plan.refusal ? h("p", { class: "warning" }, sentence(plan.refusal)) : null,
        facts([["Finish", plan.finish && time(plan.finish)], ["In nine of ten cases", plan.finishCautious && time(plan.finishCautious)],
          ["Price", plan.price?.currency && `${plan.price.least} to ${plan.price.most} ${plan.price.currency}`]]),
        h("ol", null, (plan.stretches ?? []).map((/** @type {any} */ stretch) => h("li", null, time(stretch.from), " – ", time(stretch.until), `: ${sentence(stretch.sentence)}`))),
      ],
      h("h2", null, "The first messages"), preview.error ? h("p", { class: "hint" }, preview.error.message)
        : (preview.messages ?? []).map((/** @type {any} */ message) => h("pre", { tabindex: "0" }, message.text ?? JSON.stringify(message.request, null, 2))),
      h("h2", null, "What was wrong with the list"), faults.error ? h("p", { class: "hint" }, faults.error.message)
        : (faults.faults ?? []).length === 0 ? h("p", { class: "hint" }, "Nothing.")
          : h("ul", null, faults.faults.slice(0, 200).map((/** @type {any} */ fault) => h("li", null, `Line ${fault.line}, ${fault.field ?? "the row"}: ${fault.detail}`))));
  }

  /** @param {any} one */
  async save(one) {
    const response = await request("GET", at`/api/campaigns/${this.id}/report` + "?format=csv", { signal: this.abort.signal });
    const url = URL.createObjectURL(await response.blob());
    const link = h("a", { href: url, download: `report-${one.id}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** @param {string} title @param {any[] | undefined} items @param {(item: any) => string} words */
function list(title, items, words) {
  if (!items || items.length === 0) return null;
  return h("section", { class: "card" }, h("h2", null, title), h("ul", null, items.map((item) => h("li", { class: "grow" }, words(item)))));
}
