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

// -> {leaf, until, caller, records: {category: fields}, broken: [category]}; no records where there is no profile.
export async function openCall(news, { categories, reason = "" }) {
  const keyholderKey = await keyholder();
  const { statement, signed } = await requestFor(news, categories, reason);
  const answer = await post("/api/disclose", { request: signed, basis: news.event });
  const opened = await openAnswer(answer, statement, keyholderKey);
  const records = {};
  const broken = [];
  for (const key of opened.keys) {
    const fields = await openOne(key, opened.subject, answer);
    if (fields) records[key.category] = fields;
    else broken.push(key.category);
  }
  return { leaf: answer.leaf, until: opened.until, caller: opened.caller, records, broken };
}
