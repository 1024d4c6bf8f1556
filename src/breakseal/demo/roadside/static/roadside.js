// The company's page: has a phone's owner asked, waits for the answer, and shows it on a map, until it is ended.
import { around, draw, length, near, sourceOf } from "/static/js/map.js";
import { age, at, make, t } from "/static/js/page.js";

const POLL = 2000;
const BAD = new Set(["refused", "too-late", "not-asked", "ended", "failed"]);
let asked = null;
let clear = () => {};

async function post(path, body) {
  const lang = `?lang=${document.documentElement.lang}`;
  const answer = await fetch(path + lang, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).title ?? t("roadside.state.failed"));
  return answer.json();
}

function say(state, values = {}) {
  const box = at("state");
  box.dataset.state = state;
  box.toggleAttribute("data-bad", BAD.has(state));
  box.replaceChildren(make("p", {}, t("roadside.state." + state, values)), make("p", {}, t("roadside.more." + state)));
  at("to-phone").hidden = state !== "waiting" && state !== "found";
}

function forget() {
  clear();
  clear = () => {};
  at("map").removeAttribute("data-drawn");
  at("found").hidden = true;
}

function clock(seconds) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" }).format(new Date(seconds * 1000));
}

function rows(said, circle, where) {
  const seen = Math.floor(Date.parse(said.found.lastLocationTime) / 1000);
  const pairs = [
    ["where", where], ["circle", t("roadside.circle", { radius: length(circle.radius), lat: circle.lat.toFixed(3), lon: circle.lon.toFixed(3) })],
    ["seen", t("roadside.seen", { age: age(said.now - seen), time: clock(seen) })],
    ["agreed", t("roadside.precision." + said.precision)], ["source", sourceOf(said.found.source)],
  ];
  return pairs.flatMap(([name, text]) => [make("dt", {}, t("roadside.col." + name)), make("dd", {}, text)]);
}

async function show(said) {
  const { center, radius } = said.found.area;
  const circle = { lat: center.latitude, lon: center.longitude, radius };
  const base = await around(circle);
  forget();
  at("found").hidden = false;
  at("words").replaceChildren(...rows(said, circle, near(base, circle)));
  clear = await draw(at("map"), circle, base);
}

async function look() {
  at("again").disabled = true;
  try {
    const said = await post("/api/look", { id: asked });
    if (said.state === "found") await show(said);
    else if (said.state === "ended") forget();
    say(said.state, { number: said.number || t("roadside.a-phone") });
  } catch (error) {
    say("failed", { why: error.message });
  }
  at("again").disabled = false;
}

// Comes again and again until the person has answered, or another is asked.
async function wait(id) {
  while (asked === id) {
    await new Promise((resolve) => setTimeout(resolve, POLL));
    const said = await fetch(`/api/state/${id}`, { cache: "no-store" }).then((answer) => (answer.ok ? answer.json() : null), () => null);
    if (asked !== id || !said || said.state === "waiting") continue;
    if (said.state === "agreed") return look();
    return say(said.state, { number: said.number || t("roadside.a-phone") });
  }
}

at("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  forget();
  const form = new FormData(event.target);
  const body = Object.fromEntries(["number", "purpose", "precision"].map((name) => [name, form.get(name)]));
  say("asking", body);
  try {
    const said = await post("/api/ask", body);
    asked = said.id || null;
    say(said.state, { number: said.number || t("roadside.a-phone") });
    if (asked) await wait(asked);
  } catch (error) {
    say("failed", { why: error.message });
  }
});
at("again").addEventListener("click", look);

// The customer at this very browser goes to agree there, and comes back with what came of it after the #.
at("instead").addEventListener("click", async () => {
  const form = new FormData(at("ask"));
  try {
    location.assign((await post("/api/begin", { purpose: form.get("purpose"), precision: form.get("precision") })).to);
  } catch (error) {
    say("failed", { why: error.message });
  }
});
const [came, id] = location.hash.slice(1).split("=");
if (came) {
  history.replaceState(null, "", location.pathname + location.search);
  asked = id ?? null;
  if (came === "agreed") await look();
  else say(came === "not-yours" ? "ended" : "refused");
}
