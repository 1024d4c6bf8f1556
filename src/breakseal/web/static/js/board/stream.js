// The position's event stream, and whether profiles can be opened now. Silence counts as "no".
const QUIET = 6000;
const AGAIN = 1500;

export class BoardStream {
  #handlers;
  #source;
  #watchdog;
  #last = "";

  // handlers: snapshot(data), call(data), health(bool, now), gone()
  constructor(handlers) {
    this.#handlers = handlers;
    this.#connect();
  }

  close() {
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#handlers = { snapshot() {}, call() {}, health() {}, gone() {} };
  }

  #connect() {
    const query = this.#last ? `?last=${encodeURIComponent(this.#last)}` : "";
    this.#source = new EventSource(`/api/calls/stream${query}`);
    this.#on("calls", (data) => this.#handlers.snapshot(data));
    this.#on("call", (data) => this.#handlers.call(data));
    this.#on("pulse", (data) => this.#heard(data.profiles, data.now));
    this.#source.onerror = () => this.#lost();
    this.#watch();
  }

  #on(name, act) {
    this.#source.addEventListener(name, (event) => {
      if (event.lastEventId) this.#last = event.lastEventId;
      act(JSON.parse(event.data));
    });
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#handlers.health(false), QUIET);
  }

  #heard(profiles, now) {
    this.#watch();
    this.#handlers.health(profiles, now);
  }

  // The browser tries again by itself after a broken connection, but not after a refusal such as a 503.
  #lost() {
    this.#handlers.health(false);
    if (this.#source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => this.#again(), AGAIN);
  }

  async #again() {
    try {
      const answer = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") {
        this.#handlers.gone();
        return;
      }
    } catch {
      // The web does not answer: the next try will tell.
    }
    this.#connect();
  }
}
