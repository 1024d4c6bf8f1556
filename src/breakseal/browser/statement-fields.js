// Every statement that a browser builds, signs or shows, member by member: kind, and default where it has one.
// tests/browser/test_browser_modules.py holds this table against the kernel's own structs.
// Kinds: text, bytes (base64url), number, flag, texts (list), key (PublicKey), "key?" (or null), keys (NamedKey list), words from a list.
const req = (kind) => ({ kind });
const opt = (kind, value) => ({ kind, default: value });
export const word = (...words) => ({ kind: "word", words });

export const PURPOSES = [
  "emergency-response", "self-view", "guardian-view", "self-edit", "search-and-rescue", "location-consented",
  "supervision-check", "court-order-disclosure", "exigent-disclosure", "oversight-review", "investigation",
  "immigration", "advertising", "litigation", "research", "eligibility",
];
export const ROLES = [
  "call-taker", "call-supervisor", "field-responder", "investigator", "supervising-officer", "legal-reviewer",
  "duty-reviewer", "oversight", "police-supervisor",
];
export const CLASSES = ["call-centre", "police", "court", "supervision", "company", "research", "oversight-body"];

export const PRECISIONS = ["yes-or-no", "region", "10km", "1km", "exact"];

export const COMMON = { issued: req("number"), expires: req("number"), nonce: req("bytes") };

export const STATEMENTS = {
  "enrol-subject": { key: req("key"), session: opt("key?", null) },
  session: { key: req("key"), until: req("number"), position: opt("text", "") },
  hello: { origin: req("text") },
  "add-key": { key: req("key"), label: req("text") },
  "revoke-key": { key: req("bytes") },
  grant: { purpose: word(...PURPOSES), categories: req("texts"), anywhere: req("flag"), places: req("texts") },
  "withdraw-grant": { purpose: word(...PURPOSES) },
  "claim-number": { key: req("bytes"), number: req("bytes"), channel: word("sms", "voice", "desk") },
  "withdraw-number": { number: req("text") },
  wrap: {
    set: req("text"), share: req("number"), category: req("text"), version: req("number"), sha256: req("bytes"),
    key: req("bytes"),
  },
  keep: { categories: req("texts") },
  channels: {
    address: req("bytes"),
    timing: word("none", "at-once", "after-call", "deferred"),
    words: word("neutral", "plain"),
    language: word("en", "es"),
  },
  freeze: { leaf: req("bytes") },
  unfreeze: {},
  erase: { categories: req("texts") },
  request: {
    purpose: word(...PURPOSES), basis: req("bytes"), categories: req("texts"), recipient: req("bytes"),
    reason: opt("text", ""),
  },
  "read-trail": { recipient: req("bytes") },
  "read-desk": {
    desk: word("self", "pending-officers", "oversight-cases", "organisation-trail", "orders", "exigent"), recipient: req("bytes"),
  },
  "offer-key": { org: req("text"), name: req("text"), key: req("key") },
  "enrol-officer": {
    org: req("text"), officer: req("text"), name: req("text"), role: word(...ROLES), key: req("key"),
  },
  "revoke-officer": { org: req("text"), officer: req("text") },
  roster: { org: req("text"), officers: req("texts") },
  "enrol-organisation": {
    org: req("text"), name: req("text"), kind: word(...CLASSES), places: req("texts"), sponsors: req("keys"),
    clients: req("keys"),
  },
  "enrol-courier": { courier: req("text"), sign: req("key"), seal: req("bytes") },
  "enrol-processor": { processor: req("text"), name: req("text"), does: req("text") },
  "policy-release": { policy: req("text"), widens: req("flag") },
  "restore-release": { size: req("number"), root: req("bytes") },
  consent: {
    client: req("bytes"), number: req("bytes"), purpose: req("text"), precision: word(...PRECISIONS), rate: req("number"),
    until: req("number"), challenge: req("bytes"), language: word("en", "es"),
  },
  "withdraw-consent": { consent: req("bytes") },
  "enrol-court-line": { court: req("text"), line: req("text"), certificates: opt("texts", []) },
  "lodge-order": { order: req("text"), scan: opt("text", "") },
  "review-order": {
    order: req("bytes"), line: req("text"), docket: req("text"), digits: req("text"), result: word("confirmed", "denied"),
  },
  "look-under": {
    order: req("bytes"), number: req("bytes"), categories: req("texts"), recipient: req("bytes"), max_age: opt("number", -1),
    reason: opt("text", ""),
  },
  exigent: { number: req("bytes"), digits: req("text"), danger: req("text") },
  "second-exigent": { request: req("bytes"), number: req("bytes"), reason: req("text") },
  "confirm-exigent": { exigent: req("bytes"), line: req("text"), digits: req("text"), result: word("confirmed", "denied") },
  "review-exigent": { exigent: req("bytes"), result: word("upheld", "not-upheld", "released"), reason: req("text") },
  "pause-location": { paused: req("flag") },
  "agree-if-missing": { org: req("text"), number: req("bytes"), until: req("number"), language: word("en", "es") },
  "missing-case": { case: req("text"), number: req("bytes"), digits: req("text"), reason: req("text") },
  "second-missing-case": { request: req("bytes"), number: req("bytes"), reason: req("text") },
  "missing-found": { case: req("bytes") },
};
