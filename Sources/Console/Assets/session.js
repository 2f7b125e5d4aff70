// Who is logged in, and the way in.

import { change, Refusal, request } from "./api.js";
import { h } from "./dom.js";
import { Form } from "./form.js";

/**
 * @typedef {object} Session
 * @property {string[]} scopes
 * @property {string} [app]
 * @property {string} [company]
 * @property {string} [agent]
 * @property {boolean} link
 * @property {boolean} [demo] everything is simulated
 * @property {string} endsAt
 */

/** @type {Session | null} */
export let session = null;

/** @param {"read" | "send" | "admin"} scope */
export function may(scope) {
  return session?.scopes.includes(scope) ?? false;
}

/** Whose things these are, and what may be done with them. */
export function identity() {
  return JSON.stringify([session?.app, session?.company, session?.agent, session?.scopes]);
}

/** False where nobody is logged in. */
export async function findSession() {
  const token = /^#link=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (token) {
    history.replaceState(null, "", location.pathname);
    await request("POST", "/session/link", { body: { token }, isLogIn: true });
  }
  try {
    const response = await request("GET", "/session", { isLogIn: true });
    session = await response.json();
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return false;
    throw error;
  }
}

export async function logOut() {
  await change("DELETE", "/session");
  location.hash = "";
  location.reload();
}

/**
 * @param {() => void} done
 * @param {string} [why]
 * @returns {HTMLElement}
 */
export function logInForm(done, why) {
  const form = new Form("Log in", async (values) => {
    await request("POST", "/session", { body: { key: values.key }, isLogIn: true });
    await findSession();
    done();
  });
  form.text("key", "API key", { type: "password", autocomplete: "current-password", required: true });
  return h("section", { class: "door" },
    h("h1", null, "Log in"),
    h("p", { class: why ? "warning" : "hint" },
      why ?? "With one of apiKeys of the settings. It must have the scope read; what else you may do here is what it may do."),
    form.element);
}

/**
 * Asks the server to note that somebody looks at a whole number.
 * @param {string} of
 * @param {string} id
 */
export async function noteRevealed(of, id) {
  await change("POST", "/session/revealed", { of, id });
}

