// The clerk's page: makes an order, gives the file, shows the court's own copy, ends an order.
import { at, button, day, download, make, t } from "/static/js/page.js";

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).title ?? "");
  return answer.json();
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

function rows(pairs) {
  return make("dl", {}, ...pairs.flatMap(([name, text]) => [make("dt", {}, t("courthouse.col." + name)), make("dd", {}, text)]));
}

async function end(docket) {
  try {
    list(await post("/api/end", { docket }));
    at("state").textContent = t("courthouse.ended", { docket });
  } catch (error) {
    at("state").textContent = t("courthouse.failed", { why: error.message });
  }
}

function item(one) {
  const save = button(t("courthouse.save." + one.kind), () => download(one.name, bytes(one.file), "application/octet-stream"), "");
  save.setAttribute("aria-label", `${t("courthouse.save." + one.kind)}: ${one.docket}`);
  const stop = one.kind !== "paper" && !one.ended ? button(t("courthouse.end"), () => end(one.docket)) : null;
  stop?.setAttribute("aria-label", `${t("courthouse.end")}: ${one.docket}`);
  return make("li", { "data-docket": one.docket },
    make("h3", {}, one.docket, one.ended ? ` (${t("courthouse.is-ended")})` : ""),
    rows([
      ["digits", one.digits], ["judge", one.judge], ["precision", t("js.place.precision." + one.precision)], ["looks", String(one.looks)],
      ["issued", day(one.issued)], ["until", day(one.until - 86_400)], ["kind", t("courthouse.kind." + one.kind)],
    ]), save, stop);
}

function list(all) {
  at("made").replaceChildren(...(all.length ? all.map(item) : [make("li", {}, t("courthouse.none"))]));
}

const refresh = async () => list(await (await fetch("/api/orders", { cache: "no-store" })).json());

at("order").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const kind = event.submitter.value;
  try {
    const { docket } = await post("/api/order", { kind, number: form.get("number"), precision: form.get("precision"), looks: Number(form.get("looks")) });
    at("state").textContent = t("courthouse.made", { docket });
    await refresh();
  } catch (error) {
    at("state").textContent = t("courthouse.failed", { why: error.message });
  }
});
refresh();
