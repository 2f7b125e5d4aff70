// The messages that a campaign tries against each other: while it runs, and where it is made.

import { at, change } from "./api.js";
import { h } from "./dom.js";
import { draft } from "./drafts.js";
import { action, badge, count, sure, tell } from "./parts.js";
import { may } from "./session.js";
import { time } from "./time.js";

/** @typedef {import("./form.js").Form} Form */

const [arrived, lost] = [["delivered", "read"], ["failed", "undelivered", "expired"]];

/** @param {Record<string, number> | undefined} counts @param {string[]} [states] all without */
function sum(counts, states) {
  return Object.entries(counts ?? {}).reduce((whole, [state, number]) => (!states || states.includes(state) ? whole + number : whole), 0);
}

/**
 * @param {any} one the campaign
 * @param {(now: any) => void} show
 */
export function variants(one, show) {
  if (!one.variants?.length) return null;
  const { winner } = one;
  const isOpen = winner && winner.state !== "chosen" && !["done", "canceled"].includes(one.state) && may("send");
  const names = ["Message", "Share", "People", "Arrived", "Read", "Failed", ...(winner ? ["The rest"] : []), ...(isOpen ? ["Choose"] : [])];
  /** @param {any} variant */
  const cells = (variant) => {
    const came = sum(variant.counts, arrived);
    const read = sum(variant.counts, ["read"]);
    return [
      [variant.name, winner?.variant === variant.name ? [" ", badge("best")] : ""], `${variant.share} %`, count(sum(variant.counts)), count(came),
      came > 0 ? `${count(read)} (${Math.round((read / came) * 100)} %)` : count(read), count(sum(variant.counts, lost)),
      ...(winner ? [count(sum(variant.rest))] : []), ...(isOpen ? [choice(one, variant.name, show)] : []),
    ];
  };
  return h("section", { class: "card" }, h("h2", null, "Its messages"), h("p", null, verdict(winner)),
    h("table", null, h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, one.variants.map((/** @type {any} */ variant) => h("tr", { "data-variant": variant.name },
        cells(variant).map((cell, place) => h("td", { "data-name": names[place] }, ...[cell].flat())))))));
}

/**
 * @param {any} one
 * @param {string} name
 * @param {(now: any) => void} show
 */
function choice(one, name, show) {
  return action("Send it to the rest", async () => {
    if (!(await sure(`Send ${name} to the rest?`, "Who waits for the best message gets this one. This cannot be taken back.", "Send it to the rest"))) return;
    show(await change("POST", at`/api/campaigns/${one.id}/winner`, { variant: name }));
    tell(`The rest gets ${name}.`);
  }, { "data-act": "winner", "aria-label": `Send ${name} to the rest` });
}

/** @param {any} winner */
function verdict(winner) {
  if (!winner) return "Each goes to its share of the people.";
  if (winner.state === "chosen") return h("span", null, `The rest gets ${winner.variant}: ${winner.reason}, `, time(winner.at), ".");
  if (winner.state === "open") return `${winner.reason[0].toUpperCase()}${winner.reason.slice(1)}. The rest waits until somebody chooses.`;
  return h("span", null, `They are tried on ${winner.test} % of the people, and the rest waits for the one that is read most, which ${count(winner.reads)} must have read.`,
    winner.until ? [" It is chosen by ", time(winner.until), " at the latest."] : "");
}

/** Of a campaign that is made: as many as one likes to try, and how the best is found. */
export class VariantFields {
  static most = 10;

  /**
   * @param {Form} form
   * @param {HTMLElement} single the fields of the one message where there is one alone
   * @param {string} keep the name of its draft
   */
  constructor(form, single, keep) {
    this.form = form;
    this.single = single;
    this.many = 0;
    /** @type {HTMLElement[]} */
    this.groups = [];
    this.rule = h("div", { hidden: true });
    this.list = h("div", null);
    this.adder = h("button", { type: "button", on: { click: () => this.add(true) } }, "Try several");
    this.remover = h("button", { type: "button", hidden: true, on: { click: () => this.remove() } }, "Leave the last one out");
    form.body.appendChild(h("fieldset", null, h("legend", null, "Several messages, to see which is read most"), this.list, this.rule,
      h("p", { class: "actions" }, this.adder, this.remover)));
    const kept = Object.entries(draft(keep)).filter(([, value]) => value);
    while (kept.some(([name]) => name.startsWith(`variants/${this.many}/`))) this.add(false);
  }

  /** @param {boolean} isAsked */
  add(isAsked) {
    // One alone is none: the first two come together.
    const next = this.many === 0 ? 2 : Math.min(VariantFields.most, this.many + 1);
    while (this.many < next) this.group();
    this.show();
    if (isAsked) this.groups[this.many - 1].querySelector("input")?.focus();
  }

  group() {
    const place = this.many;
    const at = `variants/${place}`;
    const group = h("fieldset", { class: "card" }, h("legend", null, `Message ${place + 1}`));
    const { form } = this;
    form.into(group, () => {
      form.text(`${at}/name`, "Its name, for you", { maxlength: 60, required: true });
      form.text(`${at}/share`, "Its share in hundredths; as much as the others without", { inputmode: "numeric" });
      form.text(`${at}/message/template_name`, "Template");
      form.text(`${at}/message/language_code`, "Its language, such as it");
      form.text(`${at}/message/parameters`, "Its values, one a line", { rows: 3 });
      form.text(`${at}/message/body`, "Text, in place of a template", { rows: 2 });
    });
    this.groups.push(group);
    this.list.appendChild(group);
    this.many += 1;
    if (this.rule.firstChild) return;
    form.into(this.rule, () => {
      form.text("winner/test", "Try them on so many hundredths of the people, and send the best to the rest; empty for all at once", { inputmode: "numeric" });
      form.text("winner/wait", "And choose after, such as 24h");
      form.text("winner/reads", "Once so many have read the best");
    });
  }

  /** Two at least, or none. */
  remove() {
    const left = this.many > 2 ? this.many - 1 : 0;
    while (this.many > left) {
      this.many -= 1;
      this.groups.pop()?.remove();
      this.form.forget(`variants/${this.many}/`);
    }
    if (left === 0) {
      this.rule.replaceChildren();
      this.form.forget("winner/");
    }
    this.show();
    this.adder.focus();
  }

  show() {
    this.rule.hidden = this.many === 0;
    this.single.hidden = this.many > 0;
    /** @type {HTMLButtonElement} */ (this.remover).hidden = this.many === 0;
    this.adder.textContent = this.many > 0 ? "Try another one" : "Try several";
    this.remover.textContent = this.many > 2 ? "Leave the last one out" : "One message after all";
    /** @type {HTMLButtonElement} */ (this.adder).hidden = this.many >= VariantFields.most;
  }

  /**
   * What is put in place of `message`; nothing where there is one alone.
   * @param {Record<string, string>} values
   */
  definition(values) {
    if (this.many === 0) return null;
    const items = this.groups.map((_, place) => {
      const at = `variants/${place}`;
      return { name: values[`${at}/name`], share: whole(values[`${at}/share`]), message: message(values, `${at}/message/`) };
    });
    const isTried = ["test", "wait", "reads"].some((name) => values[`winner/${name}`]);
    const winner = isTried ? { test: whole(values["winner/test"]), wait: values["winner/wait"] || undefined, reads: whole(values["winner/reads"]) } : undefined;
    return { variants: items, winner };
  }
}

/**
 * What is no number is the server's to refuse.
 * @param {string} text
 */
function whole(text) {
  if (!text) return undefined;
  return /^\d+$/.test(text) ? Number(text) : text;
}

/**
 * @param {Record<string, string>} values
 * @param {string} at before the names of its fields
 */
export function message(values, at = "") {
  const name = values[`${at}template_name`];
  if (!name) return { type: "text", body: values[`${at}body`] };
  return { template_name: name, language_code: values[`${at}language_code`] || undefined, parameters: values[`${at}parameters`] ? values[`${at}parameters`].split("\n").filter(Boolean) : undefined };
}
