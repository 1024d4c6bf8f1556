// Everything that is held, opened in this browser and written to two files: one to read, one for machines.
import { allFixes, phoneKey } from "./own-fixes.js";
import { desk, openOwn, trail } from "./own.js";
import { at, download, has, language, make, t, when } from "./page.js";

const STYLE = "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}dt{color:#555}dd{margin:0 0 .5rem}img{max-width:100%}";

function lines(step, value) {
  return Object.entries(value).flatMap(([key, content]) => {
    const label = t("field." + `${step}.${key}`);
    if (key === "image") return [make("img", { alt: label, src: `data:image/jpeg;base64,${content.replaceAll("-", "+").replaceAll("_", "/")}` })];
    return [make("dt", {}, label), make("dd", {}, words(step, key, content))];
  });
}

function words(step, key, content) {
  const word = (value) => (has(`field.${step}.${key}.choice.${value}`) ? t("field." + `${step}.${key}.choice.${value}`) : value);
  return Array.isArray(content) ? content.map(word).join(", ") : word(content);
}

function chapter({ step, category, items }, value) {
  const entries = items ? (value[items] ?? []) : [value];
  return make("section", {}, make("h2", {}, t("category." + category)), ...entries.map((entry) => make("dl", {}, ...lines(step, entry))));
}

function readable(steps, fields, held) {
  const document_ = document.implementation.createHTMLDocument(t("home.title"));
  document_.documentElement.lang = language;
  document_.head.prepend(make("meta", { charset: "utf-8" }), make("style", {}, STYLE));
  document_.body.append(make("h1", {}, t("home.title")), make("p", {}, when(Math.floor(Date.now() / 1000))),
    make("p", {}, held.numbers.map((phone) => phone.number).join(", ")),
    ...steps.filter((one) => fields[one.category]).map((one) => chapter(one, fields[one.category])));
  return `<!doctype html>${document_.documentElement.outerHTML}`;
}

export async function exportAll(steps) {
  at("export-state").textContent = t("js.opening");
  const held = await desk();
  const { fields } = await openOwn(steps.map((one) => one.category));
  const read = await trail().catch((error) => ({ trail: error.trail ?? null, entries: [] }));
  const reports = held.records.some(({ category }) => category === "location.fix");
  const fixes = reports ? await allFixes(await phoneKey()) : [];
  const whole = { v: 1, type: "breakseal-export", written: Math.floor(Date.now() / 1000), held, fields, fixes, list: read.trail, entries: read.entries.map(({ n, body }) => ({ n, body })) };
  download("breakseal-export.json", JSON.stringify(whole, null, 2), "application/json");
  download("breakseal-export.html", readable(steps, fields, held), "text/html");
  at("export-state").textContent = t("js.home.exported");
}
