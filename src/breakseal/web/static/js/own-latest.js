// What one's own phone last told, in words and on a map: part of two pages (parts/own_latest.html).
import { latest } from "./own-fixes.js";
import { age, at, t, when } from "./page.js";

let clear = () => {};

const degrees = (value) => value.toFixed(5);

// The map is a help only: where its module or WebGL is missing, the words say all.
async function drawMap(fix) {
  try {
    const map = await import("./map.js");
    const base = await map.around(fix);
    at("near").textContent = map.near(base, fix);
    at("map").hidden = false;
    clear = await map.draw(at("map"), fix, base);
  } catch {
    at("map").hidden = true;
  }
}

// Draws the newest fix that opens with `known` ({pair, handle}, or null where no phone was ever set up).
export async function drawLatest(known) {
  const fix = await latest(known);
  clear();
  clear = () => {};
  at("map").hidden = true;
  at("near").textContent = "";
  if (!fix) {
    at("latest").textContent = known ? t("js.ownphone.none") : t("js.ownphone.no-key");
    return;
  }
  const place = { lat: degrees(fix.lat), lon: degrees(fix.lon), radius: fix.radius };
  at("latest").textContent = t("js.ownphone.latest", { when: when(fix.at), age: age(Date.now() / 1000 - fix.at), ...place });
  await drawMap(fix);
}
