// Small parts that rooms share.

import { Refusal } from "./api.js";
import { fill, h, say } from "./dom.js";
import { noteRevealed } from "./session.js";
import { time } from "./time.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * Said aloud by screen readers, and shown for a moment.
 * @param {string} text
 */
export function tell(text) {
  const place = document.getElementById("told");
  if (!place) return;
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(Number(place.dataset.timer));
  place.dataset.timer = String(setTimeout(() => place.classList.remove("shown"), 6000));
}

/** @param {unknown} error */
export function tellError(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (!(error instanceof Refusal)) throw error;
  if (error.status !== 401) tell(error.sentence);
}

const good = new Set(["delivered", "read", "sent", "sending", "idle", "running", "done", "present", "best"]);
const bad = new Set(["failed", "undelivered", "expired", "stopped", "in-doubt", "failing"]);

/** @param {string} state */
export function badge(state) {
  const tone = good.has(state) ? "good" : bad.has(state) ? "bad" : "plain";
  return h("span", { class: `badge ${tone}` }, state);
}

/** @param {string} number */
export function masked(number) {
  if (number.length < 7) return "•••";
  return `${number.slice(0, 4)}${"•".repeat(Math.min(8, number.length - 6))}${number.slice(-2)}`;
}

/**
 * Noted once, a number stays whole until the page is left, however often it is drawn.
 * @type {Set<string>}
 */
const revealed = new Set();

/**
 * A number that is shown in part. The whole of it takes a click, which the server notes.
 * @param {string | undefined} number
 * @param {"send" | "conversation" | "doubt"} of
 * @param {string} id
 */
export function number(number, of, id) {
  if (!number) return h("span", null, "–");
  const name = `${of} ${id}`;
  if (revealed.has(name)) return h("span", { class: "number" }, number);
  const text = h("span", { class: "number" }, masked(number));
  const button = h("button", {
    type: "button", class: "link", "aria-label": "Show the whole number", on: {
      click: async () => {
        try {
          await noteRevealed(of, id);
          revealed.add(name);
          say(text, number);
          text.tabIndex = -1;
          text.focus();
          button.remove();
        } catch (error) { tellError(error); }
      },
    },
  }, "show");
  return h("span", null, text, " ", button);
}

/**
 * @param {[string, Child | Child[]][]} rows
 */
export function facts(rows) {
  return h("dl", { class: "facts" }, rows.filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

/**
 * Asks before something that cannot be taken back.
 * @param {string} title
 * @param {string} detail
 * @param {string} action
 * @returns {Promise<boolean>}
 */
export function sure(title, detail, action) {
  return new Promise((answer) => {
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-labelledby": "sure-title" },
      h("h2", { id: "sure-title" }, title), h("p", null, detail),
      h("form", { method: "dialog", class: "actions" },
        h("button", { value: "no", autofocus: true }, "Leave it"),
        h("button", { value: "yes", class: "danger" }, action))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.appendChild(dialog);
    dialog.showModal();
  });
}

/**
 * A button that is busy until what it does is done, and tells what went wrong.
 * @param {string} words
 * @param {() => Promise<void>} act
 * @param {Record<string, any>} [props]
 */
export function action(words, act, props = {}) {
  const button = /** @type {HTMLButtonElement} */ (h("button", {
    type: "button", ...props, on: {
      click: async () => {
        if (button.getAttribute("aria-disabled")) return;
        // One that is disabled would lose the focus.
        button.setAttribute("aria-disabled", "true");
        try { await act(); } catch (error) { tellError(error); } finally { button.removeAttribute("aria-disabled"); }
      },
    },
  }, words));
  return button;
}

/**
 * @param {string} title
 * @param {...Child} more beside it
 */
export function heading(title, ...more) {
  return h("div", { class: "heading" }, h("h1", null, title), more);
}

/**
 * What a room shows in place of what could not be had.
 * @param {Element} place
 * @param {unknown} error
 * @param {() => void} again
 */
export function failed(place, error, again) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (!(error instanceof Refusal)) throw error;
  fill(place, h("div", { class: "warning", role: "alert" }, h("p", null, error.sentence),
    h("button", { type: "button", on: { click: again } }, "Try again")));
}

/**
 * The server's words as a sentence of its own.
 * @param {string | undefined} text
 */
export function sentence(text) {
  if (!text) return "";
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

/** @param {number | undefined} count */
export function count(count) {
  return (count ?? 0).toLocaleString();
}

/**
 * A share as a bar, with the same in words.
 * @param {number} share from 0 to 1
 * @param {string} [words] in place of the percentage
 * @param {boolean} [isBudget] of which nothing is left where it is full
 */
export function gauge(share, words, isBudget = false) {
  const whole = Math.round(Math.max(0, Math.min(1, share)) * 100);
  return h("span", null, h("span", { class: "gauge", "aria-hidden": "true" }, h("i", { class: isBudget && whole >= 100 ? "full" : "", style: { width: `${whole}%` } })), ` ${words ?? `${whole} %`}`);
}

/**
 * How much of a lane's budgets is used, each that it has a limit for.
 * @param {any} lane
 */
export function budgets(lane) {
  return (lane.budgets ?? []).map((/** @type {any} */ one) => {
    const used = Math.max(0, one.limit - one.left);
    const words = `${budgetNames[one.budget] ?? one.budget}: ${count(used)} of ${count(one.limit)} used`;
    return h("li", { class: "budget" }, gauge(one.limit > 0 ? used / one.limit : 1, words, true), one.freeAt ? ["; the next at ", time(one.freeAt)] : "");
  });
}

/** @type {Record<string, string>} */
const budgetNames = { rate: "rate", daily: "messages a day", recipients: "people a day", inFlight: "in flight" };
