// A campaign in virtual time: nothing of it leaves the machine.

import { at, change, get } from "./api.js";
import { Course, money } from "./course.js";
import { fill, h, redraw } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, count, facts, failed, sentence, tell } from "./parts.js";
import { Poll } from "./poll.js";
import { may } from "./session.js";
import { time } from "./time.js";

export class Rehearsal {
  /** @param {string} id of the campaign */
  constructor(id) {
    this.path = at`/api/campaigns/${id}/rehearsal`;
    this.abort = new AbortController();
    this.state = h("div", null);
    this.course = new Course("People written to as rehearsed");
    this.course.element.hidden = true;
    this.report = h("div", null);
    this.shown = "";
    this.element = /** @type {HTMLDetailsElement} */ (h("details", { class: "card", "data-part": "rehearsal", on: { toggle: () => this.look() } },
      h("summary", null, "Rehearse it"),
      h("p", { class: "hint" }, "It is sent in virtual time to a simulated provider, with what its senders have left. Nothing leaves the machine, and nothing of the campaign changes."),
      may("send") ? this.form() : null, this.state, this.course.element, this.report));
    /** @type {Poll | null} */
    this.poll = null;
  }

  close() {
    this.abort.abort();
    this.poll?.close();
    this.course.close();
  }

  /** It is asked for once somebody looks, and again and again while it runs. */
  look() {
    if (this.element.open && !this.poll) this.poll = new Poll(() => this.read());
  }

  form() {
    const form = new Form("Rehearse", async (values) => {
      const faults = values.faults.split("\n").map((line) => line.trim()).filter(Boolean);
      this.show(await change("POST", this.path, { faults }));
      this.poll?.soon(500);
    }, { keep: `rehearsal ${this.path}` });
    form.text("faults", "What goes wrong meanwhile, one a line; nothing without", { rows: 2, "data-part": "faults" });
    return h("div", null, form.element, h("details", null, h("summary", null, "What can go wrong"), h("p", null, "After a time, or after a part of the people:"),
      h("ul", null, faults.map(([example, words]) => h("li", null, h("code", null, example), ` ${words}`)))));
  }

  async read() {
    try {
      const now = await get(this.path, {}, this.abort.signal);
      this.show(now);
      if (now.state === "running") this.poll?.soon(1000);
    } catch (error) {
      this.shown = "";
      failed(this.state, error, () => this.poll?.soon(0));
    }
  }

  /** @param {any} now */
  show(now) {
    const shown = JSON.stringify(now);
    if (shown === this.shown) return;
    this.shown = shown;
    const isUnderWay = now.state === "running";
    const { progress, report } = now;
    redraw(this.state,
      now.state === "none" ? h("p", { class: "hint" }, "It was not rehearsed yet.") : h("p", null, badge(now.state), " ",
        now.endedAt ? ["Ended ", time(now.endedAt), "."] : ["Begun ", time(now.startedAt), "."],
        now.faults?.length ? ` With ${now.faults.join(", ")}.` : ""),
      now.reason ? h("p", { class: "warning" }, sentence(now.reason)) : null,
      isUnderWay ? h("p", { class: "progress" },
        h("progress", { "aria-label": "How much was rehearsed", max: Math.max(1, progress?.people ?? 1), value: progress?.posted ?? 0 }),
        ` ${count(progress?.posted)} of ${count(progress?.people)} people`, progress?.at ? [", it is ", time(progress.at), " there"] : "") : null,
      isUnderWay && may("send") ? action("Stop it", async () => {
        this.show(await change("DELETE", this.path));
        tell("It is stopped.");
      }, { "data-act": "stop-rehearsal" }) : null);
    this.course.show(report?.stretches ?? []);
    this.showReport(report);
  }

  /** @param {any} report */
  showReport(report) {
    if (!report) return fill(this.report);
    const isOff = report.violations > 0 || report.duplicates > 0;
    fill(this.report,
      isOff ? h("p", { class: "warning" }, `A limit was passed ${count(report.violations)} times, and ${count(report.duplicates)} were sent twice.`)
        : h("p", null, "No limit was passed, and nobody got it twice."),
      facts([
        ["It ended", badge(report.state)], ["People", count(report.people)], ["Attempts", count(report.attempts)], ["Not begun", report.waiting ? count(report.waiting) : ""],
        ["First", report.first && time(report.first)], ["Last", report.finish && time(report.finish)], ["As planned", report.plannedFinish && time(report.plannedFinish)],
        ["Off the plan by", report.differencePercent === undefined ? "" : `${report.differencePercent} %`], ["Price", money(report.price)],
      ]),
      h("ul", null, (report.counts ?? []).map((/** @type {any} */ one) => h("li", null, badge(one.state), ` ${count(one.count)}${one.code ? `, code ${one.code}` : ""}`))),
      lines("What happened", report.events, (event) => [time(event.at), ` ${sentence(event.text)}`]),
      lines("Its lanes", report.lanes, (lane) => [`${lane.sender}: ${count(lane.sent)}`, lane.finish ? [", the last ", time(lane.finish)] : ""].flat()),
      lines("What it knows nothing of", report.notCopied, (words) => [sentence(words)]));
  }
}

/**
 * @param {string} title
 * @param {any[] | undefined} items
 * @param {(item: any) => import("./dom.js").Child[]} words
 */
function lines(title, items, words) {
  if (!items?.length) return null;
  return h("details", null, h("summary", null, title), h("ul", null, items.slice(0, 200).map((item) => h("li", { class: "grow" }, ...words(item)))));
}

/** @type {[string, string][]} */
const faults = [
  ["token-expires@10m", "every request is refused, which stops the lanes"], ["token-mended@12m", "the settings have a new token"],
  ["tier-cut@20%", "the limit of recipients falls by a level"], ["tier-rise@1h", "it rises by one"],
  ["template-paused@30%", "every template is paused, for good"], ["provider-down@5m..7m", "nobody can be reached from the one time to the other"],
];
