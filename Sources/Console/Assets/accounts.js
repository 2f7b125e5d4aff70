// Accounts: what is there, and putting in others while everything runs.

import { credentials, removal } from "./account.js";
import { at, change, get } from "./api.js";
import { fill, h } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, failed, heading, tell } from "./parts.js";
import { may } from "./session.js";
import { time } from "./time.js";

export class AccountsRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.pasted = h("div", null);
    this.element = h("div", null, heading("Accounts"), this.trouble, this.pasted, may("admin") ? this.makers() : null, this.body);
    void this.read();
  }

  close() { this.abort.abort(); }

  async read() {
    try {
      const found = await get("/api/accounts", {}, this.abort.signal);
      fill(this.trouble);
      const again = () => this.read();
      fill(this.body,
        found.accounts.length === 0 ? h("p", { class: "hint" }, "There is no account yet.") : null,
        found.apps?.length > 0 ? h("section", { class: "card" }, h("h2", null, "Apps of Meta's"), found.apps.map((/** @type {any} */ app) => this.app(app))) : null,
        found.twilio?.length > 0 ? h("section", { class: "card" }, h("h2", null, "Accounts of Twilio's"), found.twilio.map((/** @type {any} */ one) => this.twilio(one))) : null,
        found.accounts.map((/** @type {any} */ one) => credentials(one, again)));
    } catch (error) {
      failed(this.trouble, error, () => void this.read());
    }
  }

  // MARK: What is there

  /** @param {any} app */
  app(app) {
    return h("div", { class: "letter" },
      h("div", { class: "heading" }, h("strong", { class: "grow" }, app.name ?? "", " ", app.appId ?? "without an app's id"), badge(app.source),
        app.name && may("admin") ? [
          action("What to paste", () => this.showPaste(app.name), { "aria-label": `What to paste for ${app.name}` }),
          removal(app.name, () => this.read())] : null),
      h("ul", null, app.wabas.map((/** @type {any} */ waba) => h("li", { class: "grow" }, `Account ${waba.wabaId ?? "–"}: `,
        waba.phones.map((/** @type {any} */ phone) => `${phone.sender} (${phone.phoneNumberId})`).join(", ") || "no number"))));
  }

  /** @param {any} one */
  twilio(one) {
    return h("div", { class: "letter" },
      h("div", { class: "heading" }, h("strong", { class: "grow" }, one.name ?? "", " ", one.accountSid), badge(one.source),
        one.name && may("admin") ? removal(one.name, () => this.read()) : null),
      h("ul", null, one.senders.map((/** @type {any} */ sender) => h("li", { class: "grow" }, `${sender.sender}: ${sender.from}`))));
  }

  /** @param {string} name */
  async showPaste(name) {
    this.paste(await get(at`/api/accounts/${name}`, {}, this.abort.signal));
  }

  /** @param {any} made */
  paste(made) {
    fill(this.pasted, h("section", { class: "card", "aria-label": "What to paste" }, h("h2", null, `${made.name} is in use`),
      made.callbackURL ? [h("p", null, "Paste these at the app in Meta's dashboard, under WhatsApp, Configuration:"), copied("Callback URL", made.callbackURL),
        made.verifyToken ? copied("Verify token", made.verifyToken) : null] : null));
    this.pasted.querySelector("button")?.focus();
  }

  // MARK: What is put in

  makers() {
    return h("section", { class: "card" }, h("h2", null, "Put in"),
      folded("An app of Meta's", this.appForm()), folded("A business account of an app", this.wabaForm()), folded("A number of a business account", this.phoneForm()),
      folded("An account of Twilio's", this.twilioForm()), folded("A sender of an account of Twilio's", this.senderForm()), folded("By logging in with Meta", this.loginForm()));
  }

  /** @param {any} made @param {Form} form */
  async done(made, form) {
    form.element.reset();
    tell(`${made.name} is in use.`);
    this.paste(made);
    await this.read();
  }

  appForm() {
    /** @type {Form} */
    const form = new Form("Put in the app", async (values) => {
      const { name, wabaId, id, phoneNumberId, ...own } = kept(values);
      const phones = phoneNumberId ? [kept({ id: id ?? name, phoneNumberId })] : [];
      const body = { provider: "meta", ...own, ...(wabaId ? { wabas: [{ wabaId, phones }] } : {}) };
      await this.done(await change("PUT", at`/api/accounts/${name}`, body), form);
    });
    form.text("name", "A name of your own", { required: true, maxlength: 64 });
    form.text("appId", "App id", { required: true, inputmode: "numeric" });
    form.text("appSecret", "App secret", { type: "password", autocomplete: "off" });
    form.text("accessToken", "Access token, of a system user", { type: "password", autocomplete: "off" });
    form.text("wabaId", "Business account, where you have it", { inputmode: "numeric" });
    form.text("phoneNumberId", "Phone number id, where you have it", { inputmode: "numeric" });
    form.text("id", "What that sender is to be called");
    whose(form);
    form.text("loginConfiguration", "Login configuration, for connecting accounts by logging in");
    form.text("baseURL", "Another address than Meta's, for trying", { type: "url" });
    return form;
  }

  wabaForm() {
    /** @type {Form} */
    const form = new Form("Put in the business account", async (values) => {
      const { name, wabaId, ...own } = kept(values);
      await this.done(await change("PUT", at`/api/accounts/${name}/wabas/${wabaId}`, own), form);
    });
    form.text("name", "Of which app, by your name for it", { required: true });
    form.text("wabaId", "Business account", { required: true, inputmode: "numeric" });
    form.text("accessToken", "Access token, where it has its own", { type: "password", autocomplete: "off" });
    whose(form);
    return form;
  }

  phoneForm() {
    /** @type {Form} */
    const form = new Form("Put in the number", async (values) => {
      const { name, wabaId, sender, ...own } = kept(values);
      await this.done(await change("PUT", at`/api/accounts/${name}/wabas/${wabaId}/phones/${sender}`, own), form);
    });
    form.text("name", "Of which app, by your name for it", { required: true });
    form.text("wabaId", "Of which business account", { required: true, inputmode: "numeric" });
    form.text("sender", "What the sender is to be called", { required: true });
    form.text("phoneNumberId", "Phone number id", { required: true, inputmode: "numeric" });
    form.text("accessToken", "Access token, where it has its own", { type: "password", autocomplete: "off" });
    whose(form);
    return form;
  }

  twilioForm() {
    /** @type {Form} */
    const form = new Form("Put in the account", async (values) => {
      const { name, id, from, ...own } = kept(values);
      const body = { provider: "twilio", ...own, senders: from ? [{ id: id ?? name, from }] : [] };
      await this.done(await change("PUT", at`/api/accounts/${name}`, body), form);
    });
    form.text("name", "A name of your own", { required: true, maxlength: 64 });
    form.text("accountSid", "Account SID", { required: true });
    form.text("authToken", "Auth token", { type: "password", autocomplete: "off", required: true });
    form.text("from", "A number of it, such as whatsapp:+14155550100");
    form.text("id", "What that sender is to be called");
    whose(form);
    form.text("baseURL", "Another address than Twilio's, for trying", { type: "url" });
    return form;
  }

  senderForm() {
    /** @type {Form} */
    const form = new Form("Put in the sender", async (values) => {
      const { name, sender, ...own } = kept(values);
      await this.done(await change("PUT", at`/api/accounts/${name}/senders/${sender}`, own), form);
    });
    form.text("name", "Of which account, by your name for it", { required: true });
    form.text("sender", "What the sender is to be called", { required: true });
    form.text("from", "Its number, such as whatsapp:+14155550100");
    form.text("messagingServiceSid", "Or its Messaging Service");
    whose(form);
    return form;
  }

  loginForm() {
    const place = h("div", null);
    const form = new Form("Make a link", async (values) => {
      const link = await change("POST", "/api/signups", kept(values));
      fill(place, h("p", null, "Who follows this link once, until ", time(link.linkEndsAt), ", logs in with Meta and connects an account:"), copied("Link", link.url));
    });
    form.text("appId", "Of which app, where there are several", { inputmode: "numeric" });
    whose(form);
    form.element.append(place);
    return form;
  }
}

/** @param {Form} form */
function whose(form) {
  form.text("app", "Tenant's app, where you have several tenants");
  form.text("company", "Tenant's company");
}

/**
 * What was filled in.
 * @param {Record<string, string>} values
 * @returns {Record<string, any>}
 */
function kept(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== ""));
}

/** @param {string} title @param {Form} form */
function folded(title, form) {
  return h("details", null, h("summary", null, title), form.element);
}

/** @param {string} name @param {string} text */
function copied(name, text) {
  return h("p", null, `${name}: `, h("code", { class: "grow" }, text), " ", action("Copy", async () => {
    await navigator.clipboard.writeText(text);
    tell(`The ${name.toLowerCase()} is copied.`);
  }, { "aria-label": `Copy the ${name.toLowerCase()}` }));
}
