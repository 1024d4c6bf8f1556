// "What they would see": a place that one picks, and the circle that a company would get of it. All of it stays in this browser.
import { age, at, make, t } from "./page.js";

const UNSAID_RADIUS = 30; // metres: what a phone outdoors usually claims
const shown = { place: null, clear: () => {} };
let drawn = Promise.resolve();

function words(pairs) {
  at("see-words").replaceChildren(...pairs.flatMap(([name, text]) => [
    make("div", {}, make("dt", {}, t("js.see.col." + name)), make("dd", {}, text)),
  ]));
}

const degrees = ({ lat, lon }) => `${lat.toFixed(4)}, ${lon.toFixed(4)}`;
const precision = () => at("see-precision").value;

function pairs(place, circle, base, { coarse, map }) {
  const told = { radius: map.length(circle.radius), near: map.near(base, circle) };
  const list = [["gets", precision() === "yes-or-no" ? t("js.see.yes-or-no", told) : t("js.see.circle", told)]];
  if (precision() !== "exact") {
    const off = coarse.apart([place.lat, place.lon], [circle.lat, circle.lon]);
    list.push(["off", t("js.see.off", { far: map.length(off) })], ["same", t("js.see.same")]);
  }
  const from = place.at ? t("js.see.from-phone", { age: age(Date.now() / 1000 - place.at) }) : t("js.see.from-pick");
  return [["place", t("js.see.place", { place: degrees(place), from })], ...list];
}

// Draws what `place` ({lat, lon, radius, at}) would be told as; one after another, or two maps would stand in one box.
function draw(place) {
  shown.place = place;
  drawn = drawn.catch(() => {}).then(drawNow);
  return drawn;
}

// The map is a help: the words say the same.
async function drawNow() {
  const { place } = shown;
  const [coarse, map] = await Promise.all([import("./coarse.js"), import("./map.js")]);
  const circle = coarse.coarsen(place, precision());
  const base = await map.around(circle);
  words(pairs(place, circle, base, { coarse, map }));
  shown.clear();
  at("see-map").removeAttribute("data-drawn");
  at("see-map").hidden = false;
  const pick = ({ lat, lon }) => draw({ lat, lon, radius: UNSAID_RADIUS }).catch(trouble);
  shown.clear = await map.draw(at("see-map"), circle, base, { point: place, pick, title: t("js.see.map") });
}

function say(text) {
  at("see-state").textContent = text;
}

function trouble(error) {
  say(t("js.wrong", { why: error.message }));
}

async function byZip() {
  const zip = at("see-zip").value.trim().slice(0, 5);
  const found = (await (await fetch("/vendor/geo/zips.json")).json())[zip];
  if (!found) return say(t("js.see.no-zip"));
  say("");
  return draw({ lat: found[0], lon: found[1], radius: UNSAID_RADIUS });
}

// One's own phone's last report: opened with one's own key, as each opening stands in one's list.
async function byPhone() {
  say(t("js.opening"));
  const { latest, phoneKey } = await import("./own-fixes.js");
  const fix = await latest(await phoneKey());
  if (!fix) return say(t("js.see.no-phone"));
  say("");
  return draw(fix);
}

const guarded = (step) => () => step().catch(trouble);

at("see").addEventListener("submit", (event) => {
  event.preventDefault();
  guarded(byZip)();
});
at("see-own")?.addEventListener("click", guarded(byPhone));
at("see-precision").addEventListener("change", () => shown.place && draw(shown.place).catch(trouble));
// A consent on the same page asks to be shown as it is.
document.addEventListener("would-see", ({ detail }) => {
  at("see-precision").value = detail;
  at("h-see").focus();
  if (shown.place) draw(shown.place).catch(trouble);
});
