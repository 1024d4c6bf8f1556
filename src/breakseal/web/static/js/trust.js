// Which root this browser believes: the first that it saw here, and after that only what the overseers signed as the next.
import { believed, checkFollows, readCourier, readRoot } from "/browser/roots.js";
import { readEnvelope } from "/browser/statements.js";
import { unb64 } from "/browser/canonical.js";
import { facts } from "./api.js";
import { at, button, make, t } from "./page.js";

const PIN = "breakseal.root";
let asked;
let known;

export class DistrustError extends Error {
  constructor(why, cause) {
    super(t("js.trust." + why), { cause });
    this.reason = why;
  }
}

function warn(kind, title, text, ...actions) {
  const row = actions.length > 0 ? make("div", { class: "bs-actions" }, ...actions) : null;
  const box = make("div", { class: `bs-note bs-note--${kind}`, id: "trust" }, make("h2", {}, title), make("p", {}, text), row);
  at("trust")?.remove();
  at("main").prepend(make("div", { class: "grid-container bs-narrow", role: "alert" }, box));
}

function pin(envelope) {
  localStorage.setItem(PIN, envelope);
}

function changed(envelope) {
  const accept = button(t("js.trust.accept"), () => {
    pin(envelope);
    location.reload();
  });
  warn("bad", t("js.trust.changed"), t("js.trust.changed.text"), accept);
}

const payloadOf = (envelope) => readEnvelope(unb64(envelope)).statement;

// Throws where the root is neither the one that this browser knows nor its rightful successor.
async function compare(kept, envelope, next) {
  try {
    const old = await readRoot(kept);
    if (JSON.stringify(payloadOf(kept)) === JSON.stringify(next.root)) return;
    if (old.root.demo && next.root.demo) warn("warn", t("js.trust.demo"), t("js.trust.demo.text"));
    else await checkFollows(old, next);
  } catch (error) {
    changed(envelope);
    throw new DistrustError("changed", error);
  }
}

async function checked(told) {
  let next;
  let found;
  try {
    next = await readRoot(told.root);
    found = await believed(told, next);
  } catch (error) {
    throw new DistrustError(error.reason === "no-ed25519" ? "no-ed25519" : "false", error);
  }
  const kept = localStorage.getItem(PIN);
  if (kept && kept !== told.root) await compare(kept, told.root, next);
  pin(told.root);
  return found;
}

// The courier's point, to which numbers and addresses are sealed, or throws DistrustError and says so on the page.
export async function courierPoint() {
  const known = await trusted();
  try {
    return await readCourier(known.courier, known.overseen);
  } catch (cause) {
    const error = new DistrustError("false", cause);
    warn("bad", error.message, t("js.trust.stopped"));
    throw error;
  }
}

// The facts to which this browser seals and against which it checks, or throws DistrustError and says so on the page.
export async function trusted() {
  const told = await facts();
  if (told !== asked) {
    asked = told;
    known = checked(told);
  }
  try {
    return await known;
  } catch (error) {
    asked = null;
    if (!(error instanceof DistrustError)) throw error;
    if (error.reason !== "changed") warn("bad", error.message, t("js.trust.stopped"));
    throw error;
  }
}
