// The page of one's own phone: what it last told, the devices that may report, and making one.
import { addDevice, devices, endDevice, phoneKey } from "./own-fixes.js";
import { drawLatest } from "./own-latest.js";
import { at, button, confirmed, make, t, when } from "./page.js";

const form = at("add");
let known = null;

function trouble(error) {
  at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--bad" }, make("p", {}, t("js.wrong", { why: error.message }))));
}

const guarded = (step) => async (event) => {
  event?.preventDefault();
  at("trouble").replaceChildren();
  try {
    await step();
  } catch (error) {
    trouble(error);
  }
};

function row(device) {
  const name = device.label || t("js.ownphone.unnamed");
  const end = button(t("js.ownphone.end"), guarded(async () => {
    if (!(await confirmed(t("js.ownphone.end"), t("js.ownphone.confirm", { name }), t("js.home.yes")))) return;
    await endDevice(device.device);
    at("made").replaceChildren();
    await draw();
  }));
  end.setAttribute("aria-label", `${t("js.ownphone.end")}: ${name}`);
  const since = make("span", { class: "bs-quiet" }, t("js.ownphone.since", { when: when(device.made) }));
  return make("li", {}, make("div", {}, make("strong", {}, name), make("br"), since), end);
}

async function drawDevices() {
  const rows = (await devices(known)).map(row);
  at("devices").replaceChildren(...(rows.length > 0 ? rows : [make("li", {}, t("js.ownphone.no-devices"))]));
}

async function draw() {
  await drawDevices();
  await drawLatest(known);
}

function field({ name, value }) {
  const said = make("span", { role: "status", class: "bs-quiet" });
  const copy = button(t("js.ownphone.copy"), async () => {
    await navigator.clipboard.writeText(value).then(
      () => (said.textContent = t("js.ownphone.copied")),
      () => (said.textContent = t("js.ownphone.by-hand")),
    );
  }, "unstyled");
  copy.setAttribute("aria-label", `${t("js.ownphone.copy")}: ${t("ownphone.field." + name)}`);
  return [make("dt", {}, t("ownphone.field." + name)), make("dd", {}, make("code", { "data-field": name }, value), " ", copy, " ", said)];
}

function settings({ app, title, fields, link, qr }) {
  const parts = [make("p", {}, t("ownphone.how." + app)), make("div", { class: "bs-entry" }, make("dl", {}, ...fields.flatMap(field)))];
  if (link) parts.push(make("p", {}, make("a", { href: link }, t("js.ownphone.link", { app: title }))));
  if (qr) parts.push(make("img", { src: qr, alt: t("js.ownphone.qr", { app: title }), width: 240, height: 240 }));
  return make("details", { class: "bs-card", "data-app": app }, make("summary", {}, title), ...parts);
}

// Shown once: this page keeps it in what is drawn only.
function drawMade({ settings: apps }) {
  const title = make("h3", { tabindex: "-1" }, t("js.ownphone.made"));
  const note = make("div", { class: "bs-note bs-note--warn" }, title, make("p", {}, t("js.ownphone.once")));
  at("made").replaceChildren(note, ...apps.map(settings));
  title.focus();
}

form.addEventListener("submit", guarded(async () => {
  const { key, made } = await addDevice(known, form.elements.label.value.trim().slice(0, 40));
  known = key;
  form.reset();
  drawMade(made);
  await draw();
}));
at("again").addEventListener("click", guarded(() => drawLatest(known)));

try {
  known = await phoneKey();
  await draw();
  at("filled").hidden = false;
} catch (error) {
  trouble(error);
}
at("opening").hidden = true;
