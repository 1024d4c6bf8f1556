// Consent: which categories may open on a call, for which centres. The door shows it again, and there it is signed.
import { signAtDoor } from "/browser/door-link.js";
import { build } from "/browser/statements.js";
import { facts, post } from "./api.js";
import { offerList, sayClear, sayUnclear } from "./counties.js";
import { desk } from "./own.js";
import { at, local, make, t } from "./page.js";

const form = at("turn-on");
const places = new Map();

function boxes() {
  return [...form.elements.category];
}

function drawPlaces() {
  at("place-list").replaceChildren(...[...places].map(([code, place]) => {
    const text = place.agencies.length > 0
      ? t("js.turnon.served", { county: place.name, agencies: place.agencies.join(", ") })
      : t("js.turnon.unserved", { county: place.name });
    const remove = make("button", { type: "button", class: "bs-linkbutton", "aria-label": `${t("js.remove")}: ${place.name}`, onclick: () => {
      places.delete(code);
      drawPlaces();
    } }, t("js.remove"));
    return make("li", {}, make("span", {}, text), remove);
  }));
}

async function addPlace(text) {
  sayClear();
  if (!text.trim()) return;
  try {
    const found = await post("/api/places", { place: text });
    places.set(found.code, found);
    drawPlaces();
    at("place").value = "";
  } catch (error) {
    if (error.reason !== "not-found") at("place-state").textContent = error.message;
    else await sayUnclear(text, addPlace).catch(() => (at("place-state").textContent = t("js.turnon.unknown")));
  }
}

function wrong() {
  if (!boxes().some((box) => box.checked)) return t("js.turnon.pick");
  return form.elements.where.value === "places" && places.size === 0 ? t("js.turnon.county") : null;
}

async function sign() {
  const categories = boxes().filter((box) => box.checked).map((box) => box.value);
  const anywhere = form.elements.where.value === "anywhere";
  const grant = build("grant", {
    purpose: "emergency-response", categories, anywhere, places: anywhere ? [] : [...places.keys()].sort(),
  }, { minutes: 15 });
  await signAtDoor({ door: (await facts()).door, statement: grant, back: location.origin + local("/home") });
}

function fill(held) {
  const written = new Set(held.records.map((record) => record.category));
  const [grant] = held.grants;
  for (const box of boxes()) {
    box.checked = grant ? grant.categories.includes(box.value) : written.has(box.value);
    const label = form.querySelector(`[data-held="${box.value}"]`);
    label.textContent = written.has(box.value) ? "" : `(${t("js.turnon.empty")})`;
  }
  at("no-phone").hidden = held.numbers.length > 0;
  if (grant && !grant.anywhere) at("w-places").checked = true;
  at("places").hidden = form.elements.where.value !== "places";
  return grant?.places ?? [];
}

async function begin() {
  const granted = fill(await desk());
  form.hidden = false;
  at("opening").hidden = true;
  const remembered = JSON.parse(sessionStorage.getItem("breakseal.county") ?? "null");
  for (const code of granted) await addPlace(`#${code}`);
  if (granted.length === 0 && remembered) await addPlace(remembered.name);
}

form.addEventListener("change", () => {
  at("places").hidden = form.elements.where.value !== "places";
});
offerList(addPlace);
at("add-place").addEventListener("click", () => addPlace(at("place").value));
at("place").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  addPlace(at("place").value);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  at("state").dataset.state = "failed";
  at("state").textContent = wrong() ?? "";
  if (!wrong()) await sign().catch((error) => (at("state").textContent = t("js.wrong", { why: error.message })));
});

try {
  await begin();
} catch (error) {
  at("opening").hidden = true;
  at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--bad" }, make("p", {}, error.message)));
}
