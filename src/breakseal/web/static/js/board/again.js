// While a profile is on the screen: asks every half minute, with the same signed request, whether it may still be seen.
// The keyholder refuses that request once the person froze, withdrew or erased. It makes no second entry.
import { askAgain } from "./opening.js";

const EVERY = 30_000;

export class Asking {
  #over = new WeakSet(); // profiles of which no answer is to be had any more
  #told;

  // told: closed(held), once for each view that may not be seen any more, and less(held) where a part of it went.
  constructor(calls, told) {
    this.#told = told;
    setInterval(() => {
      for (const held of calls.held.values()) if (this.#can(held)) this.#ask(held);
    }, EVERY);
  }

  // A newer event of the call replaces the basis that was signed: until it is loaded there is nothing to ask with.
  #can(held) {
    return held.state === "open" && !held.newer && !this.#over.has(held.profile);
  }

  async #ask(held) {
    const { profile } = held;
    const answer = await askAgain(profile);
    if (answer === "over") this.#over.add(profile);
    if (held.profile !== profile) return;
    if (answer === "closed") this.#told.closed(held);
    if (answer === "less") this.#told.less(held);
  }
}
