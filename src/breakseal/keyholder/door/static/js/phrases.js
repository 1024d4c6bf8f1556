// What a statement would do, in plain words: one entry for every type that is signed at the door, and no other.
// INVARIANT: a type, member or word without a phrase is not shown and so not signed.
import { decode, unb64 } from "/browser/canonical.js";
import { shortCode } from "/browser/keys.js";
import { check } from "/browser/statements.js";
import { ProblemError } from "./api.js";

const HOUR = 3600;

async function codes(words, named) {
  const all = await Promise.all(named.map(async ({ name, key }) => words.say("sign.named-key", { name, code: await shortCode(key) })));
  return all.length ? words.list(all) : words.say("sign.nobody");
}

function categories(words, names) {
  return words.list(names.map((name) => words.say(`category.${name}`)));
}

function places(words, codesOfPlaces, facts) {
  if (codesOfPlaces.length === 0) return words.say("sign.nowhere");
  const near = facts.organisations.filter(({ places: own }) => own.some((one) => codesOfPlaces.includes(one)));
  const text = words.say("sign.places", { places: codesOfPlaces.join(", ") });
  if (near.length === 0) return text;
  return `${text} ${words.say("sign.places-served", { names: words.list(near.map(({ name }) => name)) })}`;
}

const organisation = (facts, org) => facts.organisations.find((one) => one.org === org)?.name ?? org;

async function session({ issued, until, position }, { words, facts }) {
  const officer = position !== "" || until - issued > HOUR + 60;
  const lines = officer
    ? [words.say("sign.session.officer", { origin: facts.webOrigin }),
       position ? words.say("sign.session.position", { position }) : words.say("sign.session.no-position")]
    : [words.say("sign.session.own", { origin: facts.webOrigin }), words.say("sign.session.work-key")];
  return { lines: [...lines, words.say("sign.session.limits")], until, undo: words.say("sign.session.undo") };
}

async function grant({ purpose, categories: names, anywhere, places: where }, { words, facts }) {
  const who = words.say(`purpose.${purpose}`);
  const lines = [words.say("sign.grant.what", { categories: categories(words, names), purpose: who })];
  lines.push(anywhere ? words.say("sign.grant.anywhere") : places(words, where, facts));
  return { lines: [...lines, words.say("sign.grant.told")], undo: words.say("sign.grant.undo") };
}

async function erase({ categories: names }, { words }) {
  const all = names.length === 0;
  const lines = all
    ? [words.say("sign.erase.all"), words.say("sign.erase.all-more")]
    : [words.say("sign.erase.some", { categories: categories(words, names) })];
  return { lines: [...lines, words.say("sign.erase.backups")], warning: words.say("sign.erase.warning") };
}

async function channels({ address, timing, words: style, language }, { words }) {
  return {
    lines: [
      address ? words.say("sign.channels.address") : words.say("sign.channels.no-address"),
      words.say(`timing.${timing}`), words.say(`wording.${style}`), words.say(`language.${language}`),
    ],
    undo: words.say("sign.channels.undo"),
  };
}

async function enrolOrganisation({ name, kind, places: where, sponsors, clients }, { words, facts }) {
  return {
    lines: [
      words.say("sign.enrol-organisation.what", { name, kind: words.say(`class.${kind}`) }),
      words.say("sign.enrol-organisation.places", { places: where.join(", ") || words.say("sign.nowhere") }),
      words.say("sign.enrol-organisation.sponsors", { names: await codes(words, sponsors) }),
      words.say("sign.enrol-organisation.clients", { names: await codes(words, clients) }),
      facts.demo ? words.say("sign.at-once-demo") : words.say("sign.enrol-organisation.when"),
    ],
    warning: words.say("sign.public"),
  };
}

// The company behind a client's key and the end recipient, as the register names them.
function clientNames(facts, id) {
  for (const { name: requester, clients = [] } of facts.organisations) {
    const found = clients.find(({ key }) => key.id === id);
    if (found) return { requester, recipient: found.name };
  }
  throw new Error("no such client");
}

async function consent({ client, number, purpose, precision, rate, until, language }, { words, facts }) {
  return {
    lines: [
      words.say("sign.consent.what", { ...clientNames(facts, client), number: number.slice(0, 8) }),
      words.say("sign.consent.why", { purpose: words.say(`dpv.${purpose}`) }),
      words.say("sign.consent.precision", { precision: words.say(`precision.${precision}`) }),
      words.say("sign.consent.rate", { rate }),
      words.say("sign.consent.told"),
      `${words.say("sign.consent.texted")} ${words.say(`language.${language}`)}`,
    ],
    until, warning: precision === "exact" ? words.say("sign.consent.warning") : "", undo: words.say("sign.consent.undo"),
  };
}

// What an order says: of a signed one the middle part of the JWS, of a paper the whole. Who signed, the keyholder checks.
function readOrder(text) {
  const parts = text.split(".");
  return decode(unb64(parts.length === 3 ? parts[1] : text));
}

async function lodgeOrder({ order: text }, { words, facts }) {
  const order = readOrder(text);
  const court = organisation(facts, order.court);
  const told = order.defer_until ? words.say("sign.lodge-order.told-late", { day: words.day(order.defer_until, "UTC") }) : words.say("sign.lodge-order.told-now");
  return {
    lines: [
      words.say("sign.lodge-order.what", { judge: order.judge, court, docket: order.docket, agency: organisation(facts, order.agency), number: order.number }),
      words.say("sign.lodge-order.how", { looks: order.looks, precision: words.say(`precision.${order.precision}`) }),
      ...(order.key || order.defer_until ? [told] : []),
      ...(order.key ? [] : [words.say("sign.lodge-order.paper")]),
    ],
    until: order.until, warning: words.say("sign.lodge-order.warning"),
  };
}

const lines = (...texts) => ({ lines: texts });

// What the first officer signed, inside of what the second signs. Whether the signature holds, the keyholder checks.
function readFirst(request, type) {
  const first = decode(unb64(decode(unb64(request)).payload));
  check(first);
  if (first.type !== type) throw new Error("another statement");
  return first;
}

const PHRASES = {
  session,
  grant,
  erase,
  channels,
  consent,
  "enrol-organisation": enrolOrganisation,
  "add-key": async ({ key, label }, { words }) => ({
    ...lines(words.say("sign.add-key.what", { label }), words.say("sign.add-key.same")),
    warning: words.say("sign.add-key.warning"), undo: words.say("sign.add-key.undo"), codeOf: key,
  }),
  "revoke-key": async ({ key }, { words }) => ({
    ...lines(words.say("sign.revoke-key.what", { key: key.slice(0, 8) })), warning: words.say("sign.revoke-key.warning"),
  }),
  "enrol-officer": async ({ org, name, role, key }, { words, facts }) => ({
    ...lines(
      words.say("sign.enrol-officer.what", { name, role: words.say(`role.${role}`), org: organisation(facts, org) }),
      words.say(`role-may.${role}`),
    ),
    warning: words.say("sign.enrol-officer.warning"), undo: words.say("sign.enrol-officer.undo"), codeOf: key,
  }),
  "revoke-officer": async ({ org, officer }, { words, facts }) =>
    lines(words.say("sign.revoke-officer.what", { officer, org: organisation(facts, org) })),
  roster: async ({ org, officers }, { words, facts }) => ({
    ...lines(
      words.say("sign.roster.what", { org: organisation(facts, org), count: officers.length }),
      words.say("sign.roster.who", { names: officers.length ? words.list(officers) : words.say("sign.nobody") }),
    ),
    warning: words.say("sign.roster.warning"),
  }),
  "withdraw-grant": async ({ purpose }, { words }) =>
    lines(words.say("sign.withdraw-grant.what", { purpose: words.say(`purpose.${purpose}`) }), words.say("sign.at-once")),
  freeze: async ({ leaf }, { words }) => ({
    ...lines(words.say("sign.freeze.what"), leaf ? words.say("sign.freeze.case") : words.say("sign.freeze.no-case")),
    warning: words.say("sign.freeze.warning"), undo: words.say("sign.freeze.undo"),
  }),
  unfreeze: async (_, { words }) => ({ ...lines(words.say("sign.unfreeze.what")), undo: words.say("sign.unfreeze.undo") }),
  "withdraw-number": async ({ number }, { words }) =>
    lines(words.say("sign.withdraw-number.what", { number: number.slice(0, 8) }), words.say("sign.at-once")),
  "enrol-courier": async ({ courier, sign }, { words }) => ({
    ...lines(words.say("sign.enrol-courier.what", { courier })), warning: words.say("sign.public"), codeOf: sign,
  }),
  "enrol-processor": async ({ name, does }, { words }) => ({
    ...lines(words.say("sign.enrol-processor.what", { name, does })), warning: words.say("sign.public"),
  }),
  "policy-release": async ({ policy, widens }, { words }) => ({
    ...lines(words.say("sign.policy-release.what", { policy }),
      words.say(widens ? "sign.policy-release.widens" : "sign.policy-release.narrows")),
    warning: words.say("sign.public"),
  }),
  "restore-release": async ({ size, root }, { words }) => ({
    ...lines(words.say("sign.restore-release.what", { size, root })), warning: words.say("sign.restore-release.warning"),
  }),
  "withdraw-consent": async ({ consent: name }, { words }) =>
    lines(words.say("sign.withdraw-consent.what", { consent: name.slice(0, 8) }), words.say("sign.at-once")),
  "pause-location": async ({ paused }, { words }) => {
    const which = paused ? "on" : "off";
    return { ...lines(words.say(`sign.pause-location.${which}`)), undo: words.say("sign.pause-location.undo") };
  },
  "enrol-court-line": async ({ court, line, certificates }, { words }) => ({
    ...lines(
      words.say("sign.enrol-court-line.what", { court, line }),
      certificates.length ? words.say("sign.enrol-court-line.certificates", { names: words.list(certificates) }) : words.say("sign.enrol-court-line.no-certificate"),
      words.say("sign.enrol-court-line.source"),
    ),
    warning: words.say("sign.public"),
  }),
  "lodge-order": lodgeOrder,
  "review-order": async ({ order, line, docket, digits, result }, { words }) => ({
    ...lines(
      result === "denied" ? words.say("sign.review-order.called-only", { line }) : words.say("sign.review-order.called", { line, docket, digits }),
      words.say(`sign.review-order.${result}`, { order: order.slice(0, 8) }),
    ),
    warning: words.say("sign.review-order.warning"),
  }),
  "look-under": async ({ order, reason }, { words }) => ({
    ...lines(
      words.say("sign.look-under.what", { order: order.slice(0, 8) }), words.say("sign.look-under.told"),
      ...(reason ? [words.say("sign.look-under.reason", { reason })] : []),
    ),
    warning: words.say("sign.look-under.warning"),
  }),
  exigent: async ({ digits, danger }, { words }) => ({
    ...lines(words.say("sign.exigent.what", { danger }), words.say("sign.exigent.phone", { digits }), words.say("sign.exigent.then")),
    warning: words.say("sign.exigent.warning"),
  }),
  "second-exigent": async ({ request, reason }, { words }) => {
    const { digits, danger } = readFirst(request, "exigent");
    return {
      ...lines(
        words.say("sign.second-exigent.what", { digits, danger }), words.say("sign.second-exigent.reason", { reason }),
        words.say("sign.second-exigent.then"),
      ),
      warning: words.say("sign.second-exigent.warning"),
    };
  },
  "confirm-exigent": async ({ exigent, line, digits, result }, { words }) => ({
    ...lines(
      result === "denied" ? words.say("sign.review-order.called-only", { line }) : words.say("sign.confirm-exigent.called", { line, digits }),
      words.say(`sign.confirm-exigent.${result}`, { exigent: exigent.slice(0, 8) }),
    ),
    warning: words.say("sign.confirm-exigent.warning"),
  }),
  "review-exigent": async ({ exigent, result, reason }, { words }) => ({
    ...lines(
      words.say(`sign.review-exigent.${result}`, { exigent: exigent.slice(0, 8) }), words.say("sign.review-exigent.reason", { reason }),
    ),
    warning: words.say("sign.review-exigent.warning"),
  }),
  "agree-if-missing": async ({ org, number, until, language }, { words, facts }) => ({
    ...lines(
      words.say("sign.agree-if-missing.what", { org: organisation(facts, org), number: number.slice(0, 8) }),
      words.say("sign.agree-if-missing.once"), words.say("sign.agree-if-missing.told"),
      `${words.say("sign.consent.texted")} ${words.say(`language.${language}`)}`,
    ),
    until, warning: words.say("sign.agree-if-missing.warning"), undo: words.say("sign.consent.undo"),
  }),
  "missing-case": async ({ case: name, digits, reason }, { words }) => ({
    ...lines(words.say("sign.missing-case.what", { name, reason }), words.say("sign.missing-case.phone", { digits }), words.say("sign.missing-case.then")),
    warning: words.say("sign.missing-case.warning"),
  }),
  "second-missing-case": async ({ request, reason }, { words }) => {
    const { case: name, digits, reason: first } = readFirst(request, "missing-case");
    return {
      ...lines(
        words.say("sign.second-missing-case.what", { name, digits, reason: first }),
        words.say("sign.second-missing-case.reason", { reason }), words.say("sign.second-missing-case.then"),
      ),
      warning: words.say("sign.missing-case.warning"),
    };
  },
  "missing-found": async ({ case: name }, { words }) =>
    lines(words.say("sign.missing-found.what", { name: name.slice(0, 8) }), words.say("sign.at-once")),
  "offer-key": async ({ org, name, key }, { words, facts }) => ({
    ...lines(words.say("sign.offer-key.what", { name, org: organisation(facts, org) }), words.say("sign.offer-key.nothing")),
    codeOf: key,
  }),
};

export const SHOWN = Object.keys(PHRASES);

// {title, lines, until, warning, undo, code} of `statement`, or throws: what cannot be said is not signed.
export async function describe(statement, context) {
  try {
    check(statement);
    if (!Object.hasOwn(PHRASES, statement.type)) throw new Error("no phrase");
    const { codeOf, ...said } = await PHRASES[statement.type](statement, context);
    const title = context.words.say(`sign.${statement.type}.title`);
    return { until: 0, warning: "", undo: "", ...said, title, code: codeOf ? await shortCode(codeOf) : "" };
  } catch (error) {
    throw new ProblemError("unknown-statement", error.message);
  }
}
