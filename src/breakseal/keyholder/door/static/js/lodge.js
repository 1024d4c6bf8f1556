// /lodge: a court's order is handed in here, where its number stands in no address and no page of another origin reads it.
import { b64, encode, random, sha256 } from "/browser/canonical.js";
import { PRECISIONS } from "/browser/statement-fields.js";
import { build, now } from "/browser/statements.js";
import { ProblemError } from "./api.js";
import { choice, filled, mount, phoneIn } from "./proposing.js";
import { at, el, reveal } from "./show.js";
import { start } from "./start.js";

const JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/u;
const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const MOST = 4096;
const FINEST = PRECISIONS.filter((one) => one !== "yes-or-no").toReversed();

// Unix seconds at which the day of a date field begins where the officer is; `days` later.
function dayOf(id, days = 0) {
  const [year, month, date] = filled(id, (text) => DAY.test(text)).split("-").map(Number);
  return Math.floor(new Date(year, month - 1, date + days).getTime() / 1000);
}

async function signedFile() {
  const [file] = at("file").files;
  if (!file) throw new ProblemError("no-file");
  const text = file.size > MOST + 2 ? "" : (await file.text()).trim();
  if (!JWS.test(text)) throw new ProblemError("not-an-order", file.name);
  return { order: text, scan: "" };
}

function copied() {
  return {
    v: 1, type: "order", court: filled("court"), key: "", docket: filled("docket"), judge: filled("judge"), agency: filled("agency"),
    number: phoneIn("number"),
    purpose: "court-order-disclosure", categories: ["location.fix"], precision: filled("precision"),
    looks: Number(filled("looks", (text) => /^\d{1,4}$/u.test(text))), issued: Math.min(dayOf("issued"), now()),
    begins: Math.max(dayOf("begins"), Math.min(dayOf("issued"), now())), until: dayOf("until", 1),
    defer_until: at("defer").value ? dayOf("defer") : 0, extends: at("extends").value.trim(),
    salt: b64(random(16)),
  };
}

async function scanOf(file) {
  return file ? b64(await sha256(new Uint8Array(await file.arrayBuffer()))) : "";
}

async function paper() {
  return { order: b64(encode(copied())), scan: await scanOf(at("scan").files[0]) };
}

function choices({ facts, words }) {
  const named = (kind) => facts.organisations.filter((one) => one.kind === kind).map(({ org, name }) => el("option", { value: org }, name));
  at("court").replaceChildren(...named("court"));
  at("agency").replaceChildren(...named("police"));
  at("precision").replaceChildren(...FINEST.map((one) => el("option", { value: one }, words.say(`precision.${one}`))));
  const own = new URLSearchParams(location.search).get("org");
  if (facts.organisations.some(({ org, kind }) => org === own && kind === "police")) at("agency").value = own;
}

start(async (context) => {
  const { words } = context;
  choices(context);
  at("form").addEventListener("change", () => {
    reveal("signed", choice("kind") === "signed");
    reveal("paper", choice("kind") === "paper");
  });
  mount(context, words.say("lodge.sign"), async () => build("lodge-order", await (choice("kind") === "paper" ? paper() : signedFile())));
});
