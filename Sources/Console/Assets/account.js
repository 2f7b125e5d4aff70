// One account: what its provider says of it, its token, its numbers.

import { at, change, get } from "./api.js";
import { fill, h } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, facts, sentence, sure, tell } from "./parts.js";
import { may } from "./session.js";
import { time } from "./time.js";

/**
 * @param {any} one
 * @param {() => Promise<void>} again
 */
export function credentials(one, again) {
  const place = h("div", null);
  const left = one.expiresAt ? new Date(one.expiresAt).getTime() - Date.now() : Infinity;
  return h("section", { class: "card", "aria-label": `Account of ${one.senders.join(", ")}` },
    h("div", { class: "heading" }, h("h2", { class: "grow" }, one.senders.join(", ")), badge(one.provider)),
    one.state ? h("p", { class: left < 14 * 86400e3 ? "warning" : "" }, sentence(one.state)) : null,
    one.failure ? h("p", { class: "warning" }, sentence(one.failure)) : null,
    facts([
      ["From", one.source], ["Looked at", one.checkedAt && time(one.checkedAt)], ["Ends", one.expiresAt && time(one.expiresAt)],
      ["Scopes", one.scopes?.join(", ")],
    ]),
    (one.standings ?? []).map(standing),
    may("admin") ? h("div", { class: "actions" }, action("Put in another token", async () => askToken(one, place, again)),
      one.provider === "meta" ? one.senders.slice(0, 10).map((/** @type {string} */ sender) => action(`Look at ${sender}`, async () => look(sender, place))) : null) : null,
    place);
}

/** @param {any} standing */
function standing(standing) {
  return h("div", null,
    facts([
      ["Sender", standing.sender], ["Status", standing.status && badge(standing.status)], ["Quality", standing.quality],
      ["Limit", standing.messagingLimit], ["Looked at", standing.checkedAt && time(standing.checkedAt)],
    ]),
    [...(standing.reasons ?? []), ...(standing.warnings ?? []), standing.failure].filter(Boolean)
      .map((/** @type {string} */ words) => h("p", { class: "warning" }, sentence(words))));
}

/** @param {any} one @param {HTMLElement} place @param {() => Promise<void>} again */
function askToken(one, place, again) {
  const form = new Form("Put it in", async ({ token }) => {
    await change("POST", at`/api/accounts/${one.senders[0]}/token`, { token });
    tell("It is in use within a second.");
    await again();
  });
  const input = form.text("token", `The new token of ${one.senders.join(", ")}`, { type: "password", autocomplete: "off", required: true });
  form.button.after(h("button", { type: "button", on: { click: () => fill(place) } }, "Leave it"));
  fill(place, form.element);
  input.focus();
}

/**
 * What Meta says of a number now.
 * @param {string} sender
 * @param {HTMLElement} place
 */
async function look(sender, place) {
  const phone = await get(at`/api/phones/${sender}`);
  const { settings = {}, health } = phone;
  fill(place, h("h2", null, `The number of ${sender}`),
    (phone.troubles ?? []).map((/** @type {any} */ trouble) => h("p", { class: "warning" }, sentence(trouble.sentence ?? trouble.detail), " ", sentence(trouble.remedy))),
    facts([
      ["Name", phone.name], ["Number", phone.displayNumber], ["Status", phone.status && badge(phone.status.toLowerCase())], ["Quality", phone.quality],
      ["People a day", phone.limits?.recipientsADay ?? phone.limits?.tier], ["May send", health?.canSendMessage], ["Calls reach SIP", health?.canReceiveCallSip],
      ["Webhooks go to", phone.webhooks?.url ?? phone.webhooks?.phone],
    ]),
    (health?.sipReasons ?? []).map((/** @type {any} */ reason) => h("p", { class: "warning" }, sentence(typeof reason === "string" ? reason : reason.sentence ?? JSON.stringify(reason)))),
    h("details", null, h("summary", null, "Calling and SIP"), h("pre", { tabindex: "0" }, JSON.stringify(settings.calling ?? settings, null, 2)), sipForm(sender, settings, place)));
}

/** @param {string} sender @param {any} settings @param {HTMLElement} place */
function sipForm(sender, settings, place) {
  const server = settings.calling?.sip?.servers?.[0] ?? {};
  const form = new Form("Set it", async ({ status, hostname, port }) => {
    const answer = await change("PATCH", at`/api/phones/${sender}`, { sip: { status, ...(hostname ? { hostname } : {}), ...(port ? { port: Number(port) } : {}) } });
    const failure = (answer.changes ?? []).find((/** @type {any} */ one) => one.failure || one.error);
    tell(failure ? sentence(failure.failure ?? failure.error) : "It is set.");
    await look(sender, place);
  });
  form.choice("status", "SIP", [["DISABLED", "off"], ["ENABLED", "on"]], settings.calling?.sip?.status ?? "DISABLED");
  form.text("hostname", "Its server", { value: server.hostname ?? "" });
  form.text("port", "Port", { type: "number", min: 1, max: 65535, value: server.port ?? 5061 });
  return form.element;
}

/**
 * @param {string} name of an account that was made at run time
 * @param {() => Promise<void>} again
 */
export function removal(name, again) {
  return action("Remove it", async () => {
    if (!(await sure(`Remove ${name}?`, "Its senders go with it; what waits for them waits on.", "Remove it"))) return;
    await change("DELETE", at`/api/accounts/${name}`);
    tell(`${name} is removed.`);
    await again();
  }, { class: "danger", "aria-label": `Remove ${name}` });
}
