// Who somebody is to us: a new contact, and changing one.

import { at, change, get } from "./api.js";
import { SameKey, TemplatePicker, templatesOf } from "./composer.js";
import { fill, h } from "./dom.js";
import { Form } from "./form.js";
import { failed, tell, tellError } from "./parts.js";

/**
 * In the middle of the page, until it is done or left.
 * @param {string} title
 * @param {(close: () => void) => Node[]} content
 */
function dialog(title, content) {
  const box = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-label": title }));
  const close = () => { box.close(); };
  box.addEventListener("close", () => box.remove());
  box.append(h("h2", null, title), ...content(close), h("button", { type: "button", on: { click: close } }, "Leave it"));
  document.body.append(box);
  box.showModal();
  /** @type {HTMLElement | null} */ (box.querySelector("input, select"))?.focus();
}

/** A conversation begins with a template: the contact has not written. */
export function newContact() {
  const key = new SameKey();
  const place = h("div", null);
  dialog("A new contact", (close) => {
    void show();
    return [place];

    async function show() {
      try {
        const { lanes } = await get("/api/lanes");
        /** @type {TemplatePicker | null} */
        let picker = null;
        const form = new Form("Write to them", async ({ name, number, sender }) => {
          const answer = await key.post("/api/contacts", { name, number, sender, ...(picker?.chosen() ?? {}) });
          tell("The first message is queued.");
          close();
          location.hash = `#/inbox/${answer.conversation}`;
        }, { keep: "contact" });
        form.text("name", "Name", { required: true, maxlength: 200 });
        form.text("number", "Number", { required: true, inputmode: "tel" });
        const sender = form.choice("sender", "From", lanes.map((/** @type {any} */ lane) => [lane.sender, lane.sender]));
        const below = h("div", null);
        form.body.append(below);
        let turn = 0;
        const draw = async () => {
          turn += 1;
          const own = turn;
          const usable = await templatesOf(sender.value, new AbortController().signal);
          if (own !== turn) return;
          fill(below);
          if (usable.length === 0) {
            picker = null;
            return fill(below, h("p", { class: "warning" }, "This sender has no template that may be sent, and only a template may come first."));
          }
          const inner = new Form("", async () => {});
          picker = new TemplatePicker(inner, usable);
          picker.draw();
          below.append(inner.body);
        };
        sender.addEventListener("change", () => { draw().catch((error) => failed(below, error, () => { draw().catch(tellError); })); });
        fill(place, form.element);
        await draw();
        form.element.querySelector("input")?.focus();
      } catch (error) { failed(place, error, () => void show()); }
    }
  });
}

/**
 * @param {any} conversation
 * @param {() => void} done
 */
export async function editContact(conversation, done) {
  if (!conversation?.contact) return tell("Nobody is known behind this conversation yet.");
  const contact = await get(at`/api/contacts/${conversation.contact}`);
  const standing = (contact.senders ?? []).find((/** @type {any} */ one) => one.sender === conversation.sender);
  dialog("The contact", (close) => {
    const form = new Form("Save it", async ({ name, language, optOut }) => {
      const what = {
        ...(name !== (contact.name ?? "") ? { name } : {}), ...(language !== (contact.language ?? "") ? { language: language || null } : {}),
      };
      if (Object.keys(what).length > 0) await change("PATCH", at`/api/contacts/${conversation.contact}`, what);
      if (optOut !== (standing?.optOut ?? "")) {
        await change("PATCH", at`/api/contacts/${conversation.contact}`, { optOut: optOut || null, sender: conversation.sender });
      }
      tell("The contact is saved.");
      close();
      done();
    });
    form.text("name", "Name", { maxlength: 200, value: contact.name ?? "" });
    form.text("language", "Language, such as it", { value: contact.language ?? "", maxlength: 20 });
    form.choice("optOut", `Wants of ${conversation.sender}`, [["", "everything"], ["marketing", "no marketing"], ["everything", "nothing any more"]], standing?.optOut ?? "");
    return [form.element];
  });
}
