// What this board holds: one entry a call, in the page's memory only. Pure of the page, so that it can be tested.
// A call's `state`: "waiting" (not asked for), "opening", "open", "withdrawn" (was open, may not be seen any more),
// or what kept it from opening.
export class Calls {
  constructor() {
    this.held = new Map();
    this.shown = "";
    this.announced = new Set();
  }

  get current() {
    return this.held.get(this.shown) ?? null;
  }

  // In the order in which they were answered.
  get inOrder() {
    return [...this.held.values()].sort((one, other) => one.news.since - other.news.since);
  }

  // A call that goes on stays on the screen: only the call-taker puts another in front of it.
  #comesInFront(news) {
    const { current } = this;
    return !current || (Boolean(current.news.ended) && !news.ended);
  }

  // A call came to this position, or something of it changed. -> "open" (ask for its profile now), "waiting" (a new
  // call while another goes on), "newer" (a later event of a call that is open here), or "" where nothing is new.
  answered(news) {
    const held = this.held.get(news.call);
    if (!held) return this.#take(news);
    if (news.seq <= held.news.seq || held.state === "withdrawn") return "";
    if (held.state === "waiting") {
      held.news = news;
      return "";
    }
    if (held.state !== "open") {
      held.news = news;
      held.state = "opening";
      return "open";
    }
    if (held.newer?.seq === news.seq) return "";
    held.newer = news;
    return "newer";
  }

  #take(news) {
    const inFront = this.#comesInFront(news);
    this.held.set(news.call, { news, state: inFront ? "opening" : "waiting", profile: null, newer: null });
    if (inFront) this.shown = news.call;
    return inFront ? "open" : "waiting";
  }

  // What is on the screen is asked for, if it was not yet. -> its news, or null.
  wanted() {
    const { current } = this;
    if (current?.state !== "waiting") return null;
    current.state = "opening";
    return current.news;
  }

  ended(news) {
    const held = this.held.get(news.call);
    if (!held || held.news.ended === news.ended) return "";
    held.news = { ...held.news, ended: news.ended, until: news.until };
    return "ended";
  }

  // The keyholder says that an open profile may not be seen any more: its plaintext goes, the call stays, and with it
  // what the telephone network said of the caller, which was never the person's to take back.
  withdrawn(held) {
    held.caller = held.profile?.caller ?? null;
    held.profile = null;
    held.newer = null;
    held.state = "withdrawn";
  }

  // Forgets a call wholly: its keys and plaintext go with it.
  drop(call) {
    const held = this.held.get(call);
    if (!held) return false;
    held.profile = null;
    held.caller = null;
    held.news = null;
    this.held.delete(call);
    if (this.shown === call) this.shown = this.#next();
    return true;
  }

  // The newest call that goes on, or else the newest of all.
  #next() {
    const left = this.inOrder;
    const next = left.findLast((held) => !held.news.ended) ?? left.at(-1);
    return next?.news.call ?? "";
  }

  dropAll() {
    for (const call of [...this.held.keys()]) this.drop(call);
  }

  // The calls that the snapshot does not allow any more.
  beyond(snapshot) {
    const allowed = new Set(snapshot.calls.map((news) => news.call));
    return [...this.held.keys()].filter((call) => !allowed.has(call));
  }

  // The calls whose time is over at `now`.
  over(now) {
    return [...this.held.values()].filter((held) => this.until(held) <= now).map((held) => held.news.call);
  }

  // When the profile goes from the screen: 45 minutes after the end, four hours after the start at the latest.
  until(held) {
    return held.news.until;
  }

  // True once for each call, so that a screen reader says a new call once.
  announce(call) {
    if (this.announced.has(call)) return false;
    this.announced.add(call);
    return true;
  }
}
