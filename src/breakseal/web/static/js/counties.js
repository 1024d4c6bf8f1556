// What of a typed place was not understood, what may be meant instead, and the list of a state's counties.
import { post } from "./api.js";
import { at, make, t } from "./page.js";

// Says what is wrong with `text` by its field, and offers the counties whose names are near; `add` takes "#code".
export async function sayUnclear(text, add) {
  const { field, fault, near } = await post("/api/places/near", { place: text });
  at("place-state").textContent = field ? t(`start.not.${field}.${fault}`) : t("js.turnon.unknown");
  at("place-state").dataset.state = "failed";
  at("place").setAttribute("aria-invalid", "true");
  const offered = fault === "choose" ? [] : near;
  at("place-near").replaceChildren(...(offered.length ? [make("p", {}, t("js.turnon.near"))] : []), ...offered.map(({ code, name }) =>
    make("button", { type: "button", class: "usa-button usa-button--outline", onclick: () => add(`#${code}`).then(() => at("place").focus()) }, name)));
  at("place-near").hidden = offered.length === 0;
}

export function sayClear() {
  at("place-state").textContent = "";
  delete at("place-state").dataset.state;
  at("place").removeAttribute("aria-invalid");
  at("place-near").hidden = true;
}

async function list(state) {
  const { near } = state ? await post("/api/places/near", { place: `, ${state}` }) : { near: [] };
  at("pick-county").replaceChildren(...near.map(({ code, name }) => make("option", { value: code }, name)));
  at("pick-county").disabled = at("pick-add").disabled = near.length === 0;
}

export function offerList(add) {
  at("pick-state").addEventListener("change", () => list(at("pick-state").value).catch(() => list("")));
  at("pick-add").addEventListener("click", () => add(`#${at("pick-county").value}`));
}
