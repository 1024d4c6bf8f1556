// The order that a court put inside its PDF: taken out by this site, shown beside the page that people read, and saved.
import { decode, unb64 } from "/browser/canonical.js";
import { call } from "../api.js";
import { at, button, data, day, download, make, t, when } from "../page.js";
import { why } from "./telling.js";

const MOST = 8 * 1024 * 1024;
const JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/u;
const nameOf = (org) => data.names[org] ?? org;
let asked = 0;

function note(kind, ...parts) {
  return make("div", { class: `bs-note bs-note--${kind}` }, ...parts);
}

function said(order) {
  const pairs = [
    ["docket", order.extends ? t("orders.inside.extends", { docket: order.docket, earlier: order.extends }) : order.docket],
    ["court", t("orders.inside.by", { court: nameOf(order.court), judge: order.judge })],
    ["agency", nameOf(order.agency)],
    ["number", order.number],
    ["what", t("orders.inside.looks", { looks: order.looks, precision: t("js.place.precision." + order.precision) })],
    ["dates", t("orders.inside.from-until", { begins: when(order.begins), until: when(order.until) })],
    ["told", order.defer_until ? t("orders.row.told-late", { day: day(order.defer_until) }) : t("orders.row.told-now")],
  ];
  const rows = pairs.map(([name, text]) => make("div", {}, make("dt", {}, t("orders.inside.col." + name)), make("dd", {}, text)));
  return make("dl", { class: "bs-pairs", id: "inside-says" }, ...rows);
}

function save(text, order) {
  const file = `order-${order.docket.replaceAll(/[^A-Za-z0-9-]+/gu, "-")}.jws`;
  const told = make("p", { role: "status" });
  const saved = () => {
    download(file, new TextEncoder().encode(text), "application/jose");
    told.textContent = t("orders.inside.saved", { file });
  };
  return [make("div", { class: "bs-actions" }, button(t("orders.inside.save"), saved, "")), told];
}

function found({ order: text, signer, at: signed }) {
  const order = decode(unb64(text.split(".")[1]));
  return [
    note("good", make("p", {}, t("orders.inside.good", { court: nameOf(order.court), signer, when: signed ? when(signed) : t("orders.inside.no-time") }))),
    make("h3", {}, t("orders.inside.says")), said(order),
    note("warn", make("p", {}, t("orders.inside.compare"))), ...save(text, order),
  ];
}

// What a file is that no order came out of; `onPaper` leads to where papers are copied.
function nothing(error, onPaper) {
  const paper = ["paper-without-order", "paper-unreadable"].includes(error.reason);
  const way = paper ? [make("p", {}, t("orders.inside.paper")), button(t("orders.inside.paper.go"), onPaper)] : [];
  return note("bad", make("p", {}, make("strong", {}, t("orders.inside.nothing"))), make("p", {}, why(error)), ...way);
}

export function clear() {
  asked += 1;
  at("inside").replaceChildren();
}

async function take(file, onPaper) {
  clear();
  const mine = asked;
  at("inside").replaceChildren(make("p", {}, t("desk.busy")));
  let shown;
  try {
    const answer = await call("POST", "/api/papers/order", file, "application/pdf");
    shown = found(await answer.json());
  } catch (error) {
    shown = [nothing(error, onPaper)];
  }
  if (mine === asked) at("inside").replaceChildren(...shown);
}

async function isSigned(file) {
  return file.size <= 4098 && JWS.test((await file.text()).trim());
}

// INVARIANT: a PDF leaves this browser only by the button that says so, and a court's signed file not at all.
export function mount(onPaper) {
  const input = at("order-file");
  input.addEventListener("change", async () => {
    clear();
    const [file] = input.files;
    const signed = Boolean(file) && (await isSigned(file));
    at("reading").hidden = !file || signed || file.size > MOST;
    if (signed) at("inside").replaceChildren(note("good", make("p", {}, t("orders.inside.signed"))));
    else if (file && file.size > MOST) at("inside").replaceChildren(note("bad", make("p", {}, t("orders.inside.too-large"))));
  });
  at("read-inside").addEventListener("click", () => take(input.files[0], onPaper));
}

// No phone's number stays in a page that the browser may keep.
export function forget() {
  clear();
  at("order-file").value = "";
  at("reading").hidden = true;
}
