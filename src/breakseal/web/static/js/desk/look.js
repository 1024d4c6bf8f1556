// One look whose question was signed at the door: handed in, opened in this browser, shown until its time is over.
import { decode, unb64 } from "/browser/canonical.js";
import { foundInfo } from "/browser/seal.js";
import { openSealed } from "/browser/session.js";
import { now } from "/browser/statements.js";
import { post } from "../api.js";
import { at, clock, language, make, t, when } from "../page.js";

const MICRO = 1_000_000;
let clear = () => {};
let timer;

function age(seconds) {
  const [unit, size] = [["second", 1], ["minute", 60], ["hour", 3600], ["day", 86_400]].findLast(([, one]) => seconds >= one) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language).format(-Math.max(0, Math.floor(seconds / size)), unit);
}

// Takes the answer off the page.
export function close() {
  clearTimeout(timer);
  clear();
  clear = () => {};
  for (const id of ["found", "facts", "opened-until"]) at(id).replaceChildren();
  at("map").hidden = true;
  at("map").removeAttribute("data-drawn");
  at("answer").hidden = true;
}

// -> {found, until} of the signed envelope (base64url).
export async function ask(signed) {
  const { leaf, until, sealed } = await post("/api/orders/look", { request: signed });
  const found = decode(await openSealed(unb64(sealed), foundInfo(leaf)));
  if (found.type !== "found" || found.leaf !== leaf) throw new Error(t("orders.false"));
  return { found, until };
}

function facts({ fix, source }, where, map, circle) {
  const pairs = [
    ["where", where || t("orders.degrees", { lat: circle.lat.toFixed(5), lon: circle.lon.toFixed(5) })],
    ["circle", t("orders.circle", { radius: map ? map.length(fix.radius) : `${fix.radius} m`, lat: circle.lat.toFixed(5), lon: circle.lon.toFixed(5) })],
    ["seen", t("orders.seen", { age: age(now() - fix.at), when: when(fix.at) })],
    ["source", t("orders.source." + (source || "carrier"))],
  ];
  return pairs.map(([name, text]) => make("div", {}, make("dt", {}, t("orders.col." + name)), make("dd", {}, text)));
}

// The map is a help only: where its module or WebGL is missing, the words say all.
async function drawn(circle) {
  try {
    const map = await import("../map.js");
    return { map, base: await map.around(circle) };
  } catch {
    return { map: null, base: null };
  }
}

async function place(found) {
  const circle = { lat: found.fix.lat / MICRO, lon: found.fix.lon / MICRO, radius: found.fix.radius };
  const { map, base } = await drawn(circle);
  at("found").textContent = t("orders.found");
  at("facts").replaceChildren(...facts(found, map ? map.near(base, circle) : "", map, circle));
  if (!map) return;
  at("map").hidden = false;
  clear = await map.draw(at("map"), circle, base);
}

export async function show({ found, until }) {
  close();
  at("answer").hidden = false;
  if (found.answer === "found" && found.fix) await place(found);
  else at("found").textContent = t("orders.unknown");
  at("opened-until").textContent = t("orders.opened-until", { time: clock(until) });
  timer = setTimeout(close, Math.min(Math.max(0, until - now()) * 1000, 2 ** 31 - 1));
  at("h-answer").focus();
}
