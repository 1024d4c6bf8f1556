// The way from a page of the web origin to the door and back.
import { b64, decode, encode, unb64 } from "./canonical.js";

const RETURN = "#door=";
const FLOWS = { new: "/new", join: "/join", sheet: "/sheet", recover: "/recover", trail: "/trail", devices: "/devices",
  sponsor: "/sponsor", oversight: "/oversight", demo: "/demo", lodge: "/lodge", review: "/review",
  exigent: "/exigent", second: "/exigent/second", "call-back": "/exigent/call", judge: "/exigent/judge" };

async function doorOrigin() {
  const answer = await fetch("/api/facts", { headers: { accept: "application/json" } });
  return (await answer.json()).door;
}

// The address at the door. With `statement` it is the signing page; else, or with both, `flow` names the page.
// `session` is the PublicKey that /new shall let in; `back` an address of the web origin.
export function doorAddress(door, { statement, flow, session, org, back }) {
  const query = org ? `?org=${encodeURIComponent(org)}` : "";
  if (statement && !flow) return `${door}/sign#${b64(encode({ v: 1, statement, back }))}`;
  if (!Object.hasOwn(FLOWS, flow)) throw new Error(`no page ${flow} at the door`);
  const order = { v: 1, back, ...(session ? { session } : {}), ...(statement ? { statement } : {}) };
  return `${door}${FLOWS[flow]}${query}#${b64(encode(order))}`;
}

// Goes to the door. `door` is its origin; asked of /api/facts if not given. `language` is "en" or "es".
export async function signAtDoor({ door, language, back = location.href.split("#")[0], ...order }) {
  const address = new URL(doorAddress(door ?? (await doorOrigin()), { ...order, back }));
  const speaks = language ?? document.documentElement.lang;
  if (speaks) address.searchParams.set("lang", speaks);
  follow(address.href);
}

// SAFETY: the door takes an order only from this origin, and knows it by the referrer, which this link sends whatever
// the page's own policy is (the origin alone, never the path).
function follow(href) {
  const link = document.createElement("a");
  link.href = href;
  link.referrerPolicy = "origin";
  document.body.append(link);
  link.click();
  link.remove();
}

// What the door said when it sent the person back: {ok, handle, leaves, error, signed}, or null. Takes it off the address.
// A hint for the page only: what counts is what the keyholder says to a `hello`.
export function readReturn() {
  if (!location.hash.startsWith(RETURN)) return null;
  const told = location.hash.slice(RETURN.length);
  history.replaceState(history.state, "", location.pathname + location.search);
  try {
    const { ok, handle, leaves, error, signed = "" } = decode(unb64(told));
    return { ok: ok === true, handle: String(handle), leaves: leaves ?? [], error: String(error), signed: String(signed) };
  } catch {
    return { ok: false, handle: "", leaves: [], error: "bad-return", signed: "" };
  }
}

// The address by which the door sends the person back; `signed` is an envelope that the page itself hands in (base64url).
export function returnAddress(back, { ok, handle = "", leaves = [], error = "", signed = "" }) {
  const more = signed ? { signed } : {};
  return `${back.split("#")[0]}${RETURN}${b64(encode({ v: 1, ok, handle, leaves, error, ...more }))}`;
}
