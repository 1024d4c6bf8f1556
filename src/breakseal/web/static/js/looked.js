// Who looked: the whole list, proved in this browser; one's own visits folded.
import { b64, decode, sha256, unb64 } from "/browser/canonical.js";
import { freezeOver } from "./freeze.js";
import { trail } from "./own.js";
import { at, button, download, has, make, t, when } from "./page.js";

const OWN = new Set(["self", "consent"]);

// A word of the log in the page's language; a word that has no phrase as it is.
const known = (id, word) => (has(id) ? null : word);
const typeName = (word) => known(`js.trail.type.${word}`, word) ?? t("js.trail.type." + word);
const roleName = (word) => known(`js.trail.role.${word}`, word) ?? t("js.trail.role." + word);
const purposeName = (word) => known(`js.trail.purpose.${word}`, word) ?? t("js.trail.purpose." + word);
const categoryName = (word) => known(`category.${word}`, word) ?? t("category." + word);

function isOwn({ body }) {
  if (body.type === "disclose" || body.type === "refuse") return body.purpose.startsWith("self-");
  return body.result !== "phone-moved-away" && (body.party.role === "subject" || OWN.has(body.basis) || !body.party.org);
}

function who(body) {
  if (body.purpose.startsWith("self-") || body.party.role === "subject") return t("js.trail.you");
  const role = body.party.role ? roleName(body.party.role) : t("js.trail.keyholder");
  return [body.party.name, role, body.party.org_name].filter(Boolean).join(", ");
}

function whatHappened(body) {
  if (body.type === "disclose" && has(`js.trail.purpose.${body.purpose}`) && isOwn({ body })) return t("js.trail.purpose." + body.purpose);
  if (has(`js.trail.result.${body.result}`)) return t("js.trail.result." + body.result);
  return typeName(body.type);
}

function detail(body) {
  const rows = [
    ["who", who(body)],
    ["why", body.purpose ? purposeName(body.purpose) : ""],
    ["what", body.categories.map(categoryName).join(", ")],
    ["call", body.call],
    ["until", body.until ? when(body.until) : ""],
    ["reason", body.reason],
    ["marks", body.marks.join(", ")],
    ["policy", body.policy.join(", ")],
  ].filter(([, text]) => text);
  return make("dl", {}, ...rows.flatMap(([name, text]) => [make("dt", {}, t("js.trail.col." + name)), make("dd", {}, text)]));
}

function receiptButton(entry, own) {
  if (!entry.receipt) return null;
  const name = `breakseal-receipt-${entry.n}.json`;
  const save = button(t("js.trail.receipt"), () => download(name, entry.receipt, "application/json"), own ? "unstyled" : "outline");
  save.setAttribute("aria-label", `${t("js.trail.receipt")}: ${entry.n}`);
  return save;
}

function row(entry, own, redraw) {
  const { body } = entry;
  const head = make("div", { class: "bs-entry__line" },
    make("span", { class: "bs-entry__who" }, own ? whatHappened(body) : `${whatHappened(body)} · ${who(body)}`),
    make("time", { class: "bs-quiet", datetime: new Date(body.at * 1000).toISOString() }, when(body.at)));
  const complain = !own && body.type === "disclose" ? button(t("js.trail.not-mine"), () => freezeOver(entry, redraw), "secondary") : null;
  const actions = make("div", { class: "bs-actions" }, receiptButton(entry, own), complain);
  return make("li", { class: "bs-entry" }, head, own ? null : detail(body), actions);
}

function note(kind, ...texts) {
  return make("div", { class: `bs-note bs-note--${kind}` }, ...texts.map((text) => make("p", {}, text)));
}

function proof(trailRead, entries) {
  const texts = [t("js.trail.complete", { count: entries.length })];
  const unlogged = entries.filter((entry) => !entry.inLog).length;
  if (unlogged > 0) texts.push(t("js.trail.unlogged", { count: unlogged }));
  if (trailRead.head.deferred > 0) texts.push(t("js.trail.deferred", { count: trailRead.head.deferred }));
  return note("good", ...texts);
}

function fill(entries, redraw) {
  const newest = entries.toReversed();
  const others = newest.filter((entry) => !isOwn(entry));
  const own = newest.filter(isOwn);
  at("looked").replaceChildren(...(others.length > 0 ? others.map((entry) => row(entry, false, redraw)) : [make("li", {}, t("js.trail.none"))]));
  const mine = at("mine");
  mine.hidden = own.length === 0;
  mine.querySelector("summary").textContent = t("js.trail.mine", { count: own.length });
  mine.querySelector("ul").replaceChildren(...own.map((entry) => row(entry, true, redraw)));
}

// The list as it was sent, said to be unchecked.
async function unchecked(read, again) {
  at("proof").replaceChildren(note("warn", t("js.trail.no-ed25519")));
  const entries = read.entries.map(async (entry, index) => {
    const hash = b64(await sha256(unb64(entry.leaf)));
    return { n: index + 1, body: decode(unb64(entry.body)), hash, receipt: null, inLog: Boolean(entry.proof) };
  });
  fill(await Promise.all(entries), again);
}

export async function drawTrail(redraw) {
  at("proof").replaceChildren(make("p", { class: "bs-quiet" }, t("js.trail.checking")));
  const again = async () => {
    await redraw();
    await drawTrail(redraw);
  };
  try {
    const read = await trail();
    at("proof").replaceChildren(proof(read.trail, read.entries));
    fill(read.entries, again);
  } catch (error) {
    if (!error.trail) at("proof").replaceChildren(note("warn", error.message));
    else if (error.reason === "no-ed25519") await unchecked(error.trail, again);
    else at("proof").replaceChildren(note("bad", t("js.trail.broken", { why: error.message })));
  }
}
