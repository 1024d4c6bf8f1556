// A court's order as a ground: its row in the agency's list, and the question under it.
import { b64, decode, unb64, utf8 } from "/browser/canonical.js";
import { lookInfo, sealTo } from "/browser/seal.js";
import { recipient } from "/browser/session.js";
import { build, now } from "/browser/statements.js";
import { readDesk } from "../own.js";
import { data, day, t, when } from "../page.js";
import { trusted } from "../trust.js";

export const KIND = "order";
const REVIEWERS = 2;

// How an order stands, as the keyholder would judge it now.
export function stateOf({ looks, ended, reviews, order }) {
  if (ended && ended < order.until) return "ended";
  if (order.until <= now()) return "over";
  if (!order.key && reviews.length < REVIEWERS) return "waits";
  if (looks < 1) return "used-up";
  return order.begins > now() ? "early" : "open";
}

function words(state, { reviews, order }) {
  const left = REVIEWERS - reviews.length;
  if (state === "waits") return t(left === 1 ? "orders.state.waits-one" : "orders.state.waits-two", { names: reviews.map(({ name }) => name).join(", ") });
  return t("orders.state." + state, { until: when(order.until), begins: when(order.begins) });
}

function row(held) {
  const order = decode(unb64(held.order));
  const known = { ...held, order };
  const state = stateOf(known);
  const court = data.names[order.court] ?? order.court;
  return {
    kind: KIND, name: held.name, state, words: words(state, known), open: state === "open",
    title: t("orders.row", { docket: order.docket, court }),
    lines: [
      t("orders.row.judge", { judge: order.judge, issued: day(order.issued) }),
      t("orders.row.looks", { left: held.looks, all: order.looks, precision: t("js.place.precision." + order.precision) }),
      ...(state === "waits" ? [] : [order.defer_until ? t("orders.row.told-late", { day: day(order.defer_until) }) : t("orders.row.told-now")]),
    ],
  };
}

export async function read() {
  return (await readDesk("orders")).orders.map(row);
}

// One look: the number is sealed to the keyholder, which compares it; the answer is for this browser's session alone.
export async function statement({ name }, number, { maxAge, reason }) {
  const { ingestKey } = await trusted();
  const sealed = await sealTo(ingestKey, utf8(number), lookInfo(name));
  return build("look-under", {
    order: name, number: b64(sealed), categories: ["location.fix"], recipient: await recipient(), max_age: maxAge, reason,
  });
}

export const covers = ({ type }) => type === "look-under";
