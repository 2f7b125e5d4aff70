// Calls of the API. Every one carries our header, by which the server tells them from those of another site's page.

const prefix = document.documentElement.dataset.prefix ?? "";

/** What the server said about a request that it did not take. */
export class Refusal extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {string} detail
   * @param {{pointer: string, detail: string}[]} [errors]
   * @param {number} [retryAfter] in seconds
   */
  constructor(status, detail, errors = [], retryAfter = 0) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  /** What one can do about it. */
  get sentence() {
    if (this.status === 0) return "There is no connection to the server. What you typed is still here; try again.";
    if (this.status === 403) return `${this.message} Log in with another key, or ask for one.`;
    if (this.status >= 500 || this.status === 429) {
      return `${this.message} Try again in ${this.retryAfter > 0 ? `${this.retryAfter} s` : "a moment"}.`;
    }
    if (this.errors.length === 0) return this.message;
    return this.errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}.`.trim()).join(" ");
  }
}

/** @type {() => void} */
let whenOver = () => {};

/**
 * Called when the server says that the session is over.
 * @param {() => void} listener
 */
export function onSessionOver(listener) {
  whenOver = listener;
}

/**
 * @typedef {object} Asked
 * @property {any} [body] sent as JSON
 * @property {Blob | string} [raw] sent as it is
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {boolean} [isLogIn]
 */

/**
 * @param {string} method
 * @param {string} path such as `/api/lanes`, or `/session`, which has no prefix
 * @param {Asked} [asked]
 * @returns {Promise<Response>}
 */
export async function request(method, path, asked = {}) {
  /** @type {Record<string, string>} */
  const headers = { "X-Postrider": "1", ...asked.headers };
  /** @type {BodyInit | undefined} */
  let body = asked.raw;
  if (asked.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(asked.body);
  }
  let response;
  try {
    response = await fetch((path.startsWith("/api/") ? prefix : "") + path, {
      method, headers, body, signal: asked.signal, cache: "no-store", credentials: "same-origin", redirect: "error",
    });
  } catch (error) { throw lost(error, asked.signal); }
  if (response.ok) return response;
  const refusal = await read(response);
  if (response.status === 401 && !asked.isLogIn) whenOver();
  throw refusal;
}

/**
 * What did not come; what nobody wants any more stays what it is.
 * @param {unknown} error
 * @param {AbortSignal | undefined} signal
 */
function lost(error, signal) {
  const isLeft = signal?.aborted && error instanceof DOMException && error.name === "AbortError";
  return isLeft ? error : new Refusal(0, "There is no connection to the server.");
}

/**
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
async function read(response) {
  // It may be a date.
  const retryAfter = Math.max(0, Math.ceil(Number(response.headers.get("Retry-After") ?? 0))) || 0;
  let detail = `The server answered ${response.status}.`;
  /** @type {{pointer: string, detail: string}[]} */
  let errors = [];
  try {
    const problem = await response.json();
    if (typeof problem.detail === "string") detail = problem.detail;
    if (Array.isArray(problem.errors)) errors = problem.errors;
  } catch {
    // Whatever stands between us and the server wrote it; the status says enough.
  }
  return new Refusal(response.status, detail, errors, retryAfter);
}

/**
 * @param {string} path
 * @param {Record<string, string | number | boolean | undefined>} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function get(path, query = {}, signal) {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = parts.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  const impatient = new AbortController();
  const leave = () => impatient.abort();
  signal?.addEventListener("abort", leave);
  // A server that took the request and says nothing is away.
  const timer = setTimeout(leave, patience);
  try {
    return await parsed(await request("GET", text ? `${path}?${text}` : path, { signal: impatient.signal }), signal);
  } catch (error) {
    throw error instanceof Refusal ? error : lost(error, signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}

const patience = 60_000;

/**
 * @param {Response} response
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} null where it has no body
 */
export async function parsed(response, signal) {
  let text;
  try { text = await response.text(); } catch (error) { throw lost(error, signal); }
  if (!text) return null;
  try { return JSON.parse(text); } catch { throw new Refusal(502, "What came is no answer of postrider's."); }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>} null where the answer has no body
 */
export async function change(method, path, body, headers) {
  return parsed(await request(method, path, { body, headers }));
}

/**
 * A path with ids in it: `at\`/api/sends/${id}\``.
 * @param {TemplateStringsArray} texts
 * @param {...string} ids
 */
export function at(texts, ...ids) {
  return texts.map((text, place) => (place === 0 ? text : encodeURIComponent(ids[place - 1]) + text)).join("");
}
