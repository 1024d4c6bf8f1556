// A statement that was filled in on a page of the door itself: shown in words, signed, handed in, and then back to who sent.
import { encode } from "/browser/canonical.js";
import { check, envelope } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { card } from "./card.js";
import { goBack } from "./order.js";
import { describe } from "./phrases.js";
import { at, busy, reveal, step } from "./show.js";
import { mountSigning } from "./signers.js";

// What was handed in. A reason may read differently for its kind: what a court reads back, and what an agency does.
async function handedIn(signed, type, words) {
  try {
    return await submit(signed);
  } catch (error) {
    const own = `${type}-${error.reason}`;
    throw words.has(`problem.${own}.text`) ? new ProblemError(own, error.detail) : error;
  }
}

export async function propose(statement, context, label) {
  const { facts, words, order } = context;
  const payload = encode(statement);
  at("card").replaceChildren(card(await describe(statement, context), statement, context));
  await mountSigning(at("signing"), facts, words, {
    label,
    onSign: async (sign) => {
      const { handle, leaves } = await handedIn(envelope(payload, [await sign(payload)]), statement.type, words);
      if (!goBack(order, { ok: true, handle, leaves })) step("done");
    },
  });
  step("confirm");
}

// What the page that sent the person here began: a statement of this type, with nothing yet in the members that are written here.
export function begun({ statement }, type, ...written) {
  if (!statement) throw new ProblemError("nothing-to-sign");
  const fields = check(statement);
  if (fields.type !== type || written.some((name) => fields[name])) throw new ProblemError("bad-order");
  return fields;
}

// Makes the page's form propose the statement that `made` returns; "again" leads back to where it stands.
export function mount(context, label, made, section = "ask") {
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(context.words, async () => propose(await made(), context, label));
  });
  at("again").addEventListener("click", () => step(section));
  reveal("ask");
}

// What is chosen in the form by this name, if anything is.
export const choice = (name) => new FormData(at("form")).get(name);

// The same, or a problem that says what is to be chosen.
export function chosen(name, what) {
  const value = choice(name);
  if (!value) throw new ProblemError("bad-field", what);
  return value;
}

// The text of a field, or a problem that names it.
export function filled(id, fits = (text) => text !== "") {
  const text = at(id).value.trim();
  if (!fits(text)) throw new ProblemError("bad-field", document.querySelector(`label[for="${id}"]`).textContent);
  return text;
}

function phone(text) {
  const digits = text.replaceAll(/\D/gu, "");
  if (text.startsWith("+")) return `+${digits}`;
  return digits.length === 10 ? `+1${digits}` : `+${digits}`;
}

// The E.164 number in a field, or a problem that names it.
export const phoneIn = (id) => phone(filled(id, (text) => /^\+[1-9][0-9]{6,14}$/u.test(phone(text))));
