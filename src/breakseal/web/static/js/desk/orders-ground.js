// A court's order as a ground: its row in the agency's list.
import { decode, unb64 } from "/browser/canonical.js";
import { now } from "/browser/statements.js";
import { readDesk } from "../own.js";
import { data, day, t, when } from "../page.js";

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
    name: held.name, state, words: words(state, known), open: state === "open",
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

