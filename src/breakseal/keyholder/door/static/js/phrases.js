// What a statement would do, in plain words: one entry for every type that is signed at the door, and no other.
// INVARIANT: a type, member or word without a phrase is not shown and so not signed.
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

const lines = (...texts) => ({ lines: texts });

const PHRASES = {
  session,
  grant,
  erase,
  channels,
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
