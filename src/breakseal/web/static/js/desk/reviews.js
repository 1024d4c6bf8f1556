// The reviewer's desk: papers of other agencies, whom to call and what to ask. What the clerk says is entered at the door.
// Urgent requests are the other part (urgent.js); which parts there are, the role says.
import { decode, unb64 } from "/browser/canonical.js";
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { build } from "/browser/statements.js";
import { readDesk } from "../own.js";
import { at, button, data, day, local, make, t, when } from "../page.js";
import { fileBox } from "./papers.js";
import { done, trouble, why } from "./telling.js";
import { list as urgent } from "./urgent.js";

const REVIEWERS = 2;
const nameOf = (org) => data.names[org] ?? org;
const line = (text, quiet = false) => make("p", quiet ? { class: "bs-quiet" } : {}, text);

function who({ reviews }) {
  const names = reviews.map(({ name }) => name).join(", ");
  if (reviews.some(({ officer }) => officer === data.handle)) return t("reviews.by-you");
  return reviews.length ? t("reviews.one-more", { names, left: REVIEWERS - reviews.length }) : t("reviews.nobody-yet");
}

// What the door's page needs to know; what the clerk reads back is entered there and stands in no address.
function toDoor({ name, court }) {
  const statement = build("review-order", { order: name, line: court.line, docket: "", digits: "", result: "confirmed" });
  return signAtDoor({ flow: "review", statement, back: location.origin + local("/reviews") });
}

function script(order) {
  const values = { court: nameOf(order.court), agency: nameOf(order.agency), judge: order.judge, issued: day(order.issued) };
  const steps = ["call", "ask", "read-back", "never"].map((step) => make("li", {}, t("reviews.script." + step, values)));
  return make("ol", { class: "bs-list" }, ...steps);
}

function call(held, order) {
  if (!held.court) return [line(t("reviews.no-line"))];
  const number = make("p", { class: "bs-line" }, make("a", { href: `tel:${held.court.line}` }, held.court.line));
  const write = button(t("reviews.write"), () => toDoor(held).catch((error) => trouble(why(error))), "");
  write.setAttribute("aria-label", `${t("reviews.write")}: ${nameOf(order.court)}`);
  return [line(t("reviews.number")), number, script(order), make("div", { class: "bs-actions" }, write)];
}

function item(held) {
  const order = decode(unb64(held.order));
  const mine = held.reviews.some(({ officer }) => officer === data.handle);
  const title = t("reviews.row", { court: nameOf(order.court), agency: nameOf(order.agency) });
  return make("li", { "data-mine": String(mine) }, make("h3", {}, title),
    line(t("reviews.row.judge", { judge: order.judge, issued: day(order.issued), until: when(order.until) })),
    line(t("reviews.row.what", { looks: order.looks, precision: t("js.place.precision." + order.precision) }), true),
    order.defer_until ? line(t("reviews.row.told-late", { day: day(order.defer_until) }), true) : null,
    make("p", {}, make("strong", {}, who(held))),
    ...(mine ? [] : call(held, order)), fileBox(held, held.court?.certificates ?? []));
}

async function papers() {
  const { orders } = await readDesk("orders");
  at("opening").hidden = orders.length > 0;
  at("opening").textContent = t("reviews.none");
  at("papers").replaceChildren(...orders.map(item));
}

const told = readReturn();
if (told) done(told.ok ? t("reviews.taken") : t("reviews.not-signed"));
for (const [opening, show] of [["urgent-opening", urgent], ["opening", papers]]) {
  if (!at(opening)) continue;
  show().catch((error) => {
    at(opening).hidden = true;
    trouble(why(error));
  });
}
