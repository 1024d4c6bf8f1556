// The door's questions to its own server.
import { b64, decode, unb64 } from "/browser/canonical.js";
import { openingPair, pointOf } from "/browser/keys.js";
import { openWith } from "/browser/seal.js";

export class ProblemError extends Error {
  constructor(reason, detail = "") {
    super(detail || reason);
    this.reason = reason;
    this.detail = detail;
  }
}

async function answered(asking) {
  let answer;
  try {
    answer = await asking;
  } catch {
    throw new ProblemError("no-answer");
  }
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ProblemError(value.reason ?? "other", value.detail ?? "");
  return value;
}

const post = (path, value) =>
  answered(fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) }));

export const facts = () => answered(fetch("/api/facts"));
export const demoPeople = async () => (await answered(fetch("/api/demo"))).people;

// {handle, leaves, permit} of envelopes (bytes) that belong together.
export const submit = (...envelopes) => post("/api/submit", { statements: envelopes.map((each) => b64(each)) });

export const leaveOffer = async (envelope) => (await post("/api/handover/leave", { envelope: b64(envelope) })).code;
export const fetchOffer = async (code) => unb64((await post("/api/handover/fetch", { code })).envelope);

// A recipient of one answer: its key lives in this page's memory only.
export async function freshRecipient() {
  const pair = await openingPair();
  const point = b64(await pointOf(pair.publicKey));
  return { point, open: (sealed, info) => openWith(pair, sealed, info) };
}

// What the keyholder sealed in answer to a signed read statement (envelope bytes); of a list the page from entry `first` on.
export async function read(envelope, recipient, info, first) {
  const { sealed } = await post("/api/read", { statement: b64(envelope), first });
  return decode(await recipient.open(unb64(sealed), info));
}
