// Proving that a phone is one's own: a code goes to it, and comes back through its holder.
import { answerCode, claim, desk, e164, tellByDefault } from "./own.js";
import { button, language, local, make, t } from "./page.js";

let proved = null;

async function provedNumbers(anew = false) {
  if (!proved || anew) proved = desk().then((held) => new Set(held.numbers.map((one) => one.number)));
  return proved;
}

// Keeps the line under a phone's number true while it is typed.
export function phoneProof(item) {
  const box = item.querySelector('[data-part="proof"]');
  const number = item.querySelector('[data-key="number"]');
  let drawn = null;
  const look = () => {
    if (number.value === drawn) return; // or a click on what is shown would be lost
    drawn = number.value;
    draw(box, number);
  };
  number.addEventListener("change", look);
  number.addEventListener("input", () => {
    if (box.querySelector('[data-part="bad"]') && e164(number.value.trim())) look();
  });
  look();
}

async function draw(box, number) {
  const typed = number.value.trim();
  if (!typed) return box.replaceChildren();
  const full = e164(typed);
  if (!full) return box.replaceChildren(make("p", { class: "bs-state", "data-state": "failed", "data-part": "bad" }, t("js.phone.bad")));
  let known;
  try {
    known = await provedNumbers();
  } catch (error) {
    proved = null;
    return box.replaceChildren(make("p", {}, error.message));
  }
  if (known.has(full)) return box.replaceChildren(make("p", { class: "bs-state", "data-state": "saved" }, `✓ ${t("js.phone.proved")}`));
  const send = button(t("js.phone.send"), () => begin(box, number, full));
  return box.replaceChildren(make("p", { class: "bs-quiet" }, t("js.phone.unproved")), send);
}

async function begin(box, number, full) {
  box.replaceChildren(make("p", {}, t("js.phone.sending")));
  try {
    const { claim: claimed, state } = await claim(full, language);
    ask(box, number, full, { claimed, state });
  } catch (error) {
    box.replaceChildren(failure(error), button(t("js.retry"), () => begin(box, number, full)));
  }
}

function ask(box, number, full, { claimed, state }) {
  const id = `code-${number.id}`;
  const code = make("input", { class: "usa-input bs-code", id, inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8 });
  const told = make("p", { role: "alert" });
  const check = button(t("js.phone.check"), async () => {
    try {
      await answerCode(claimed, code.value);
    } catch (error) {
      return told.replaceChildren(failure(error));
    }
    await provedNumbers(true).catch(() => {});
    await draw(box, number);
    return box.append(...(await messages(full)));
  }, "");
  code.addEventListener("input", (event) => event.stopPropagation()); // a code is no part of the profile
  const text = state === "waiting" ? t("js.phone.waiting") : t("js.phone.sent");
  box.replaceChildren(make("p", {}, text), make("label", { class: "usa-label", for: id }, t("js.phone.code")),
    make("div", { class: "bs-form-row" }, code, check), told, button(t("js.phone.send"), () => begin(box, number, e164(number.value)), "unstyled"));
  code.focus();
}

// What is said once of the messages that from now on go to the first proved phone.
async function messages(full) {
  const change = make("a", { href: `${local("/home")}#channels-change` }, t("js.phone.messages.change"));
  try {
    return (await tellByDefault(full, language)) ? [make("p", { role: "status" }, t("js.phone.messages"), " ", change)] : [];
  } catch (error) {
    return [make("p", { role: "status" }, t("js.phone.messages.failed", { why: error.message }), " ", change)];
  }
}

function failure(error) {
  return make("p", { class: "bs-state", "data-state": "failed" }, t("js.wrong", { why: error.message }));
}
