// Times in the reader's own zone, exact on hover and for screen readers.

import { h } from "./dom.js";

const exact = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium", timeStyle: "long",
});
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/**
 * @param {string | undefined} text RFC 3339
 * @returns {HTMLElement | string}
 */
export function time(text) {
  const date = text ? new Date(text) : null;
  if (!date || Number.isNaN(date.getTime())) return "–";
  const isToday = date.toDateString() === new Date().toDateString();
  return h("time", { datetime: text, title: `${exact.format(date)} (${text})` }, (isToday ? clock : day).format(date));
}

/** @param {Date} date */
export const moment = (date) => day.format(date);

/** @param {string | undefined} text @param {number} [now] */
export function ago(text, now = Date.now()) {
  if (!text) return "never";
  const seconds = Math.max(0, (now - new Date(text).getTime()) / 1000);
  return `${span(seconds)} ago`;
}

/** @param {number} seconds */
export function span(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 2 * 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} days`;
}
