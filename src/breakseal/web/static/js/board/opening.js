// Opens the profile of a call: a request signed here, keys sealed to this browser, records opened in this page.
import { AnswerError, verifyAnswer } from "/browser/answers.js";
import { b64, decode, sha256, unb64 } from "/browser/canonical.js";
import { INFO, openRecord } from "/browser/seal.js";
import { openSealed, recipient, sign } from "/browser/session.js";
import { build, readEnvelope } from "/browser/statements.js";
import { Problem } from "../api.js";
import { trusted } from "../trust.js";
import { t } from "./words.js";

const TIMEOUT = 8000;

// `kind` is "unavailable" (passes with time), "refused" (with the keyholder's reason) or "failed".
export class OpeningError extends Error {
  constructor(kind, reason = "", detail = "") {
    super(detail || reason || kind);
    this.kind = kind;
    this.reason = reason;
  }
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    throw new OpeningError("unavailable");
  }
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  if (answer.status >= 500 || answer.status === 429) throw new OpeningError("unavailable", problem.reason);
  throw new OpeningError("refused", problem.reason ?? "", problem.title ?? "");
}

async function request(news, categories, reason) {
  const { payload } = readEnvelope(unb64(news.event));
  const statement = build("request", {
    purpose: "emergency-response",
    basis: b64(await sha256(payload)),
    categories,
    recipient: await recipient(),
    reason,
  });
  return { statement, signed: b64(await sign(statement)) };
}

async function openOne(key, subject, answer) {
  const candidates = [answer.records[key.category], answer.pending?.[key.category]].filter(Boolean);
  for (const candidate of candidates) {
    try {
      return await openRecord(key, subject, unb64(candidate));
    } catch {
      // A version that was being replaced; the other may be the one that the keyholder vouches for.
    }
  }
  return null;
}

// The signed request is kept with the news: a retry sends the same one, so that one opening makes one entry.
const requests = new WeakMap();
const FRESH = 240_000;

async function requestFor(news, categories, reason) {
  const kept = requests.get(news);
  if (kept && Date.now() - kept.made < FRESH) return kept;
  const made = { ...(await request(news, categories, reason)), made: Date.now() };
  requests.set(news, made);
  return made;
}

// Whose answers this browser believes. Known before anything is asked: what cannot be checked is not to be opened.
async function keyholder() {
  try {
    return (await trusted()).keyholderKey;
  } catch (error) {
    if (error instanceof Problem) throw new OpeningError("unavailable", error.reason);
    throw new OpeningError("refused", error.reason, error.message);
  }
}

async function openAnswer(answer, statement, keyholderKey) {
  let opened;
  try {
    opened = decode(await openSealed(unb64(answer.sealed), INFO.opened));
  } catch {
    throw new OpeningError("failed");
  }
  try {
    return await verifyAnswer(opened, { keyholderKey, statement, leaf: answer.leaf });
  } catch (error) {
    const text = error instanceof AnswerError ? t("js.answer.false") : error.message;
    throw new OpeningError("refused", error.reason, text);
  }
}

// -> {leaf, until, caller, subject, records: {category: fields}, broken: [category]}; no records where there is no profile.
export async function openCall(news, { categories, reason = "" }) {
  const keyholderKey = await keyholder();
  const asked = await requestFor(news, categories, reason);
  const answer = await post("/api/disclose", { request: asked.signed, basis: news.event });
  const opened = await openAnswer(answer, asked.statement, keyholderKey);
  const records = {};
  const broken = [];
  for (const key of opened.keys) {
    const fields = await openOne(key, opened.subject, answer);
    if (fields) records[key.category] = fields;
    else broken.push(key.category);
  }
  const profile = { leaf: answer.leaf, until: opened.until, caller: opened.caller, subject: opened.subject, records, broken };
  asks.set(profile, { ...asked, basis: news.event });
  return profile;
}

const asks = new WeakMap(); // what each open profile was asked for with
const ANSWERED_AGAIN = 3_500_000; // the keyholder answers the same request for an hour
// What it says to the same request once the person froze or withdrew, or erased (then its answer is gone).
const CLOSED = new Set(["replayed", "expired"]);

async function openedNow({ statement, signed, basis }) {
  const answer = await post("/api/disclose", { request: signed, basis });
  return openAnswer(answer, statement, await keyholder());
}

// A category that was erased by itself leaves the profile.
function withoutErased(profile, opened) {
  const held = new Set(opened.keys.map((key) => key.category));
  const gone = Object.keys(profile.records).filter((category) => !held.has(category));
  for (const category of gone) delete profile.records[category];
  return gone.length ? "less" : "open";
}

// Asks the very same about an open profile again, which makes no second entry. -> "open"; "less" where a part of it was
// erased (it is taken out of `profile`); "closed" where it may not be seen any more; "unknown" where nobody answers now;
// "over" where no answer is to be had from here on.
export async function askAgain(profile) {
  const asked = asks.get(profile);
  if (!profile.subject || Date.now() - asked.made > ANSWERED_AGAIN) return "over";
  try {
    const opened = await openedNow(asked);
    return opened.subject === profile.subject ? withoutErased(profile, opened) : "closed";
  } catch (error) {
    if (error.kind !== "refused") return "unknown";
    return CLOSED.has(error.reason) ? "closed" : "over";
  }
}
