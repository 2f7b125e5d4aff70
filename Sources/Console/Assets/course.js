// A campaign drawn over time: as it is planned, and as it was rehearsed.

import { h } from "./dom.js";
import { facts, sentence } from "./parts.js";
import { Plot } from "./plot.js";
import { moment, time } from "./time.js";

/** @typedef {{from: string, until: string, sent: number, limitedBy: string, sentence?: string}} Stretch */

/** @type {Record<string, string>} */
const limits = {
  "rate": "the rate", "daily": "the day's messages", "recipients": "the day's new recipients", "in-flight": "the answers that are awaited",
  "pace": "its pace", "share": "its share of the lane", "quiet-hours": "quiet hours", "first-wave": "the look at the first wave",
  "others": "what else waits in the lane", "lane-held": "a hold of the lane", "machine": "the speed of the machine",
  "best-message": "the wait for the best message",
};

export class Course {
  /** @param {string} title */
  constructor(title) {
    this.plot = new Plot(title, [{ name: "people written to by then", color: "--one" }], { moment, isCourse: true });
    this.list = h("ol", null);
    this.element = h("div", null, this.plot.element, this.list);
  }

  close() {
    this.plot.close();
  }

  /** @param {Stretch[]} stretches */
  show(stretches) {
    this.element.hidden = stretches.length === 0;
    /** @type {{at: number, values: number[]}[]} */
    const points = [];
    let sent = 0;
    for (const stretch of stretches) {
      const [from, until] = [Date.parse(stretch.from), Date.parse(stretch.until)];
      // Between two of them nothing goes.
      if (points.at(-1)?.at !== from) points.push({ at: from, values: [sent] });
      sent += stretch.sent;
      points.push({ at: until, values: [sent] });
    }
    this.plot.show(points);
    this.list.replaceChildren(...stretches.map((stretch) => h("li", null, time(stretch.from), " – ", time(stretch.until), ": ",
      stretch.sentence ? sentence(stretch.sentence) : `${stretch.sent.toLocaleString()} sent, held by ${limits[stretch.limitedBy] ?? stretch.limitedBy}.`)));
  }
}

/**
 * What a price is, or what it lies between.
 * @param {any} price
 */
export function money(price) {
  if (!price?.currency) return "";
  return price.least === price.most ? `${price.most} ${price.currency}` : `${price.least} to ${price.most} ${price.currency}`;
}

/** @param {any} plan */
export function planFacts(plan) {
  return facts([
    ["Finish", plan.finish && time(plan.finish)], ["In nine of ten cases", plan.finishCautious && time(plan.finishCautious)],
    ["Price", money(plan.price)], ["Without a price", plan.price?.unpriced ? plan.price.unpriced.toLocaleString() : ""],
  ]);
}

/**
 * What the plan takes for granted, and when a limit may rise.
 * @param {any} plan
 */
export function planGrounds(plan) {
  const rises = (plan.tiers ?? []).filter((/** @type {any} */ tiers) => tiers.finish || tiers.rises?.length);
  return [
    rises.map((/** @type {any} */ tiers) => h("p", null, `${tiers.senders.join(", ")}: ${tiers.usedInSevenDays.toLocaleString()} of ${tiers.limit?.toLocaleString() ?? "any number of"} people within a day.`,
      tiers.rises.map((/** @type {any} */ rise) => [" It may rise to ", rise.limit ? rise.limit.toLocaleString() : "any number", " ", time(rise.at), "."]).flat(),
      tiers.finish ? [" The campaign then ends ", time(tiers.finish), "."] : "", tiers.finishWithoutRise ? [" Without a rise it ends ", time(tiers.finishWithoutRise), "."] : "")),
    plan.assumptions?.length ? h("details", null, h("summary", null, "What this takes for granted"),
      h("ul", null, plan.assumptions.map((/** @type {string} */ words) => h("li", null, sentence(words))))) : null,
  ].flat();
}
