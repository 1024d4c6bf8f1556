// What a page of the web origin asks of the door, in the address after the #: it never reaches a server.
import { b64, decode, encode, unb64 } from "/browser/canonical.js";
import { returnAddress } from "/browser/door-link.js";
import { ProblemError } from "./api.js";

const SENT = "breakseal-order";
const MEMBERS = new Set(["v", "statement", "session", "back", "signatures"]);

function checkBack(back, webOrigin) {
  if (back === "") return "";
  let url;
  try {
    url = new URL(back);
  } catch {
    throw new ProblemError("back-elsewhere");
  }
  if (url.origin !== webOrigin || url.username || url.password) throw new ProblemError("back-elsewhere");
  return url.href;
}

// Whether a page of the web origin sent the person here with this very order. Another site cannot say so: it can
// leave the referrer out, but not forge it. Kept for the tab, because the language link and a reload come without one.
function sentByUs(text, webOrigin) {
  const from = document.referrer ? new URL(document.referrer).origin : "";
  if (from === webOrigin) sessionStorage.setItem(SENT, text);
  return sessionStorage.getItem(SENT) === text;
}

// Goes to another page of the door with an order of the door's own.
export function goWithin(path, order) {
  const text = b64(encode({ v: 1, back: "", ...order }));
  sessionStorage.setItem(SENT, text);
  location.assign(`${path}?lang=${document.documentElement.lang}#${text}`);
}

// {statement, session, back, signatures}; `back` is "" or an address of the web origin that the root names.
export function readOrder(facts) {
  const text = location.hash.slice(1);
  if (text === "") return { back: "", signatures: [] };
  if (!sentByUs(text, facts.webOrigin)) throw new ProblemError("sent-by-another");
  let order;
  try {
    order = decode(unb64(text));
  } catch {
    throw new ProblemError("bad-order");
  }
  const known = typeof order === "object" && order !== null && order.v === 1;
  if (!known || Object.keys(order).some((name) => !MEMBERS.has(name))) throw new ProblemError("bad-order");
  return { signatures: [], ...order, back: checkBack(order.back ?? "", facts.webOrigin) };
}

// Goes back to the page that asked, if one did.
export function goBack(order, outcome) {
  if (!order.back) return false;
  location.assign(returnAddress(order.back, outcome));
  return true;
}

// INVARIANT: what is shown is what is signed: an address that changes under the page ends it.
export function watchOrder() {
  addEventListener("hashchange", () => {
    sessionStorage.removeItem(SENT);
    location.replace(location.pathname + location.search);
  });
}
