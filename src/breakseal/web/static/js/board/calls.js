// What this board holds: one entry a call, in the page's memory only. Pure of the page, so that it can be tested.
export class Calls {
  constructor() {
    this.held = new Map();
    this.shown = "";
    this.announced = new Set();
  }

  get current() {
    return this.held.get(this.shown) ?? null;
  }

  // A call came to this position, or something of it changed. -> "open" (a new call), "newer" (a later event of a
  // call that is already on the board), "ended", or "" where nothing is new.
  answered(news) {
    const held = this.held.get(news.call);
    if (!held) {
      this.held.set(news.call, { news, state: "opening", profile: null, newer: null });
      this.shown = news.call;
      return "open";
    }
    if (news.seq > held.news.seq && held.state !== "open") {
      held.news = news;
      held.state = "opening";
      return "open";
    }
    if (news.seq > held.news.seq && held.newer?.seq !== news.seq) {
      held.newer = news;
      return "newer";
    }
    return "";
  }

  ended(news) {
    const held = this.held.get(news.call);
    if (!held || held.news.ended === news.ended) return "";
    held.news = { ...held.news, ended: news.ended, until: news.until };
    return "ended";
  }

  // Forgets a call wholly: its keys and plaintext go with it.
  drop(call) {
    const held = this.held.get(call);
    if (!held) return false;
    held.profile = null;
    held.news = null;
    this.held.delete(call);
    if (this.shown === call) this.shown = [...this.held.keys()].at(-1) ?? "";
    return true;
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
