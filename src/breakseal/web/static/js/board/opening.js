// Opens the profile of a call: a request signed here, keys sealed to this browser, records opened in this page.
import { b64, decode, sha256, unb64 } from "/browser/canonical.js";
import { INFO, openRecord } from "/browser/seal.js";
import { openSealed, recipient, sign } from "/browser/session.js";
import { build, readEnvelope } from "/browser/statements.js";

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
  return b64(await sign(statement));
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
  if (kept && Date.now() - kept.made < FRESH) return kept.signed;
  const signed = await request(news, categories, reason);
  requests.set(news, { signed, made: Date.now() });
  return signed;
}

// -> {leaf, until, caller, records: {category: fields}, broken: [category]}; no records where there is no profile.
export async function openCall(news, { categories, reason = "" }) {
  const answer = await post("/api/disclose", {
    request: await requestFor(news, categories, reason), basis: news.event,
  });
  let opened;
  try {
    opened = decode(await openSealed(unb64(answer.sealed), INFO.opened));
  } catch {
    throw new OpeningError("failed");
  }
  const records = {};
  const broken = [];
  for (const key of opened.keys) {
    const fields = await openOne(key, opened.subject, answer);
    if (fields) records[key.category] = fields;
    else broken.push(key.category);
  }
  return { leaf: answer.leaf, until: opened.until, caller: opened.caller, records, broken };
}
