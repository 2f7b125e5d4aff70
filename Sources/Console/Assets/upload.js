// A list on its way up: in parts, and on from where it was cut.

import { at, get, parsed, Refusal, request } from "./api.js";
import { h } from "./dom.js";
import { count } from "./parts.js";

/** In bytes; a server reads it within the patience of a page. */
const partSize = 2 << 20;
/** So long a server may be away. */
const patience = 60_000;
/** So many answers in a row may say that it goes on elsewhere. */
const mostConflicts = 20;

/** How far a list has come, as a bar with words. */
export class Progress {
  constructor() {
    this.bar = /** @type {HTMLProgressElement} */ (h("progress", { "aria-label": "How much of it is up", max: 1, value: 0 }));
    this.words = h("span", { role: "status" });
    this.element = h("p", { class: "progress", hidden: true }, this.bar, " ", this.words);
  }

  /** @param {number} done @param {number} whole @param {string} words */
  show(done, whole, words) {
    this.element.hidden = false;
    this.bar.value = whole > 0 ? Math.min(1, done / whole) : 1;
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}

/**
 * Ends once the server has read all of it.
 * @param {string} id of the campaign
 * @param {File} file
 * @param {Progress} progress
 * @param {AbortSignal} signal
 */
export async function upload(id, file, progress, signal) {
  const one = new Upload(id, file, progress, signal);
  one.show(undefined);
  // Who closes the page meanwhile is asked.
  addEventListener("beforeunload", ask);
  try { while (!(await one.part())); } finally { removeEventListener("beforeunload", ask); }
}

/** @param {Event} event */
const ask = (event) => event.preventDefault();

class Upload {
  /** @param {string} id @param {File} file @param {Progress} progress @param {AbortSignal} signal */
  constructor(id, file, progress, signal) {
    this.campaign = at`/api/campaigns/${id}`;
    this.path = `${this.campaign}/recipients`;
    this.file = file;
    this.progress = progress;
    this.signal = signal;
    this.type = /\.(ndjson|jsonl)$/i.test(file.name) ? "application/x-ndjson" : "text/csv";
    /**
     * Of a beginning there is none: it takes the place of whatever was there.
     * @type {number | null}
     */
    this.offset = null;
    this.conflicts = 0;
    this.awaySince = 0;
  }

  /** Whether it was the last one. */
  async part() {
    const from = this.offset ?? 0;
    const end = Math.min(this.file.size, from + partSize);
    try {
      return await this.put(from, end);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 409 && this.offset !== null) await this.goElsewhere(error);
      else await this.outlast(error);
      return false;
    }
  }

  /** @param {number} from @param {number} end */
  async put(from, end) {
    const isLast = end >= this.file.size;
    /** @type {Record<string, string>} */
    const place = this.offset === null ? {} : { "Upload-Offset": String(from) };
    const answer = await request("PUT", this.path, {
      raw: this.file.slice(from, end), headers: { "Content-Type": this.type, "Upload-Complete": isLast ? "?1" : "?0", ...place }, signal: this.signal,
    });
    const read = (await parsed(answer, this.signal))?.upload;
    [this.conflicts, this.awaySince] = [0, 0];
    this.offset = isLast ? this.file.size : told(answer);
    if (this.offset <= from && !isLast) throw new Refusal(422, "The server does not tell how far the list has come.");
    this.show(read);
    return isLast;
  }

  /**
   * A part that was cut is perhaps still being read.
   * @param {Refusal} refusal
   */
  async goElsewhere(refusal) {
    this.conflicts += 1;
    if (this.conflicts > mostConflicts) throw refusal;
    const now = await get(this.campaign, {}, this.signal);
    if (now.state !== "loading") throw refusal;
    await this.pause(500);
    this.offset = await this.standing();
  }

  /**
   * A server that is away may come back.
   * @param {Refusal} refusal
   */
  async outlast(refusal) {
    const isAway = refusal.status === 0 || refusal.status === 429 || refusal.status >= 500;
    this.awaySince ||= Date.now();
    if (!isAway || Date.now() - this.awaySince > patience) throw refusal;
    this.progress.show(this.offset ?? 0, this.file.size, `${refusal.message} It goes on by itself.`);
    await this.pause(Math.max(1000, refusal.retryAfter * 1000));
    if (this.offset === null) return;
    try { this.offset = await this.standing(); } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The next part meets the same, and counts it.
    }
  }

  async standing() {
    return told(await request("HEAD", this.path, { signal: this.signal }));
  }

  /** @param {number} milliseconds */
  async pause(milliseconds) {
    await new Promise((done) => { setTimeout(done, milliseconds); });
    if (this.signal.aborted) throw new DOMException("The room was left.", "AbortError");
  }

  /** @param {{good: number, bad: number} | undefined} read */
  show(read) {
    const rows = read ? `, ${count(read.good + read.bad)} rows, ${count(read.bad)} with faults` : "";
    this.progress.show(this.offset ?? 0, this.file.size, `${size(this.offset ?? 0)} of ${size(this.file.size)}${rows}`);
  }
}

/** @param {Response} answer */
function told(answer) {
  return Number(answer.headers.get("Upload-Offset") ?? 0) || 0;
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
