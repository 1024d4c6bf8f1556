// Who looked: the whole list, proved in this browser; one's own visits folded.
import { freezeOver } from "./freeze.js";
import { trail } from "./own.js";
import { at, button, clock, day, download, has, make, t, when } from "./page.js";

const OWN = new Set(["self", "consent"]);
const NOT_MINE = new Set(["phone-moved-away", "retention-over", "consent-phone-moved"]); // it happened to the person, who should see it

const COMPLAIN = new Set(["court-order-disclosure", "search-and-rescue"]);

// A word of the log in the page's language; a word that has no phrase as it is.
const known = (id, word) => (has(id) ? null : word);
const typeName = (word) => known(`js.trail.type.${word}`, word) ?? t("js.trail.type." + word);
const roleName = (word) => known(`js.trail.role.${word}`, word) ?? t("js.trail.role." + word);
const purposeName = (word) => known(`js.trail.purpose.${word}`, word) ?? t("js.trail.purpose." + word);
const reasonName = (word) => known(`js.place.purpose.${word}`, word) ?? t("js.place.purpose." + word);
const precisionName = (word) => known(`js.place.precision.${word}`, "") ?? t("js.place.precision." + word);
const categoryName = (word) => known(`category.${word}`, word) ?? t("category." + word);

function isOwn({ body }) {
  if (body.type === "disclose" || body.type === "refuse") return body.purpose.startsWith("self-");
  return !NOT_MINE.has(body.result) && (body.party.role === "subject" || OWN.has(body.basis) || !body.party.org);
}

function who(body) {
  if (body.purpose.startsWith("self-") || body.party.role === "subject") return t("js.trail.you");
  const role = body.party.role ? roleName(body.party.role) : t("js.trail.keyholder");
  return [body.party.name, role, body.party.org_name].filter(Boolean).join(", ");
}

// A look at where the phone is: it names the company and how exactly it was told, in one sentence.
const isPlace = ({ purpose }) => purpose === "location-consented";
const isLook = (body) => body.type === "disclose" && isPlace(body);

function lookText({ party, precision, result }) {
  const look = has(`js.trail.look.${result}`) ? result : "other";
  return t("js.trail.look." + look, { requester: party.org_name, precision: precisionName(precision) });
}

function whatHappened(body) {
  if (isLook(body)) return lookText(body);
  if (body.type === "disclose" && has(`js.trail.purpose.${body.purpose}`) && isOwn({ body })) return t("js.trail.purpose." + body.purpose);
  if (has(`js.trail.result.${body.result}`)) return t("js.trail.result." + body.result, { requester: body.party.org_name });
  return typeName(body.type);
}

function rows(pairs) {
  const filled = pairs.filter(([, text]) => text);
  if (filled.length === 0) return null;
  return make("dl", {}, ...filled.flatMap(([name, text]) => [make("dt", {}, t("js.trail.col." + name)), make("dd", {}, text)]));
}

// What the `until` of an entry means: an end of a view, ahead or past; or the day after which no backup helps.
export function ends({ type, until }, own = false) {
  if (!until) return [];
  if (type === "erase") return [["gone-for-good", day(until, "UTC")]];
  return type === "disclose" && !own ? [[until * 1000 > Date.now() ? "until-latest" : "until-ended", when(until)]] : [];
}

function detail(body, own) {
  if (own) return rows(ends(body, own));
  if (isPlace(body)) return rows([["for", body.party.name], ["why", reasonName(body.reason)]]);
  return rows([
    ["why", body.purpose ? purposeName(body.purpose) : ""],
    ["what", body.categories.map(categoryName).join(", ")],
    ...ends(body),
    ["reason", body.reason],
  ]);
}

// What only somebody who checks by other means needs.
function experts({ body, hash, n }) {
  const list = rows([["leaf", hash], ["call", body.call], ["policy", (body.policy ?? []).join(", ")], ["marks", body.marks.join(", ")], ["number", String(n)]]);
  return make("details", { class: "bs-experts" }, make("summary", {}, t("js.trail.experts")), list);
}

function receiptButton(entry, own) {
  if (!entry.receipt) return null;
  const name = `breakseal-receipt-${entry.n}.json`;
  const save = button(t("js.trail.receipt"), () => download(name, entry.receipt, "application/json"), own ? "unstyled" : "outline");
  save.setAttribute("aria-label", `${t("js.trail.receipt")}: ${entry.n}`);
  return save;
}

// When it happened; under the heading of its day the time alone.
function moment({ body, leaf }, own) {
  if (body.at === 0) return make("span", { class: "bs-quiet" }, t("js.trail.some-time", { day: leaf?.day ?? "" }));
  return make("time", { class: "bs-quiet", datetime: new Date(body.at * 1000).toISOString() }, own ? clock(body.at) : when(body.at));
}

function row(entry, own, redraw) {
  const { body } = entry;
  const what = own || entry.lost || isPlace(body) ? whatHappened(body) : `${whatHappened(body)} · ${who(body)}`;
  const head = make("div", { class: "bs-entry__line" }, make("span", { class: "bs-entry__who" }, what), moment(entry, own));
  const complaint = COMPLAIN.has(body.purpose) ? t("js.trail.complain") : isLook(body) ? t("js.trail.not-agreed") : t("js.trail.not-mine");
  const complain = !own && body.type === "disclose" ? button(complaint, () => freezeOver(entry, redraw), "secondary") : null;
  const actions = make("div", { class: "bs-actions" }, receiptButton(entry, own), complain, experts(entry));
  const late = entry.told ? make("p", { class: "bs-quiet" }, t("js.trail.told-late", { day: entry.leaf.day, told: entry.told })) : null;
  return make("li", { class: `bs-entry${own ? " bs-entry--own" : ""}` }, head, entry.lost ? null : detail(body, own), late, actions);
}

function note(kind, ...texts) {
  return make("div", { class: `bs-note bs-note--${kind}` }, ...texts.map((text) => make("p", {}, text)));
}

function proof(trailRead, entries) {
  const texts = [t("js.trail.complete", { count: entries.length })];
  const unlogged = entries.filter((entry) => !entry.inLog).length;
  if (unlogged > 0) texts.push(t("js.trail.unlogged", { count: unlogged }));
  if (trailRead.head.deferred > 0) texts.push(t("js.trail.deferred", { count: trailRead.head.deferred }));
  const lost = entries.filter((entry) => entry.lost).length;
  if (lost > 0) texts.push(t("js.trail.lost", { count: lost }));
  return note("good", ...texts);
}

// One's own entries under the days on which they were made, so that many visits read as a few lines.
function byDay(entries, redraw) {
  let last = "";
  return entries.flatMap((entry) => {
    const on = entry.body.at ? day(entry.body.at) : entry.leaf?.day ?? "";
    const heading = on === last ? [] : [make("li", { class: "bs-day" }, make("h3", {}, on))];
    last = on;
    return [...heading, row(entry, true, redraw)];
  });
}

// What an order had deferred is shown as what it is: its own time and receipt, in the place where the notice stands.
const shown = (entry) => (entry.joined ? { ...entry, ...entry.joined, hash: entry.hash, told: entry.leaf.day } : entry);

function fill(entries, redraw) {
  const newest = entries.toReversed().map(shown);
  const others = newest.filter((entry) => !isOwn(entry));
  const own = newest.filter(isOwn);
  at("looked").replaceChildren(...(others.length > 0 ? others.map((entry) => row(entry, false, redraw)) : [make("li", {}, t("js.trail.none"))]));
  const mine = at("mine");
  mine.hidden = own.length === 0;
  mine.querySelector("summary").textContent = t("js.trail.mine", { count: own.length });
  mine.querySelector("ul").replaceChildren(...byDay(own, redraw));
}

// Draws the list. -> its entries, if they were proved
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
    return read.entries;
  } catch (error) {
    if (!error.trail) at("proof").replaceChildren(note("warn", error.message));
    else at("proof").replaceChildren(note("bad", t("js.trail.broken", { why: error.message })));
    return [];
  }
}
