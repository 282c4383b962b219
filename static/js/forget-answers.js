/**
 * <forget-answers of="…"> on a page that ends a session: leaves nothing in the browser of what was answered in it.
 *
 * That is what <answer-draft> and <clip-player> keep in this window, and what <answer-post> keeps for the trials' address.
 */
const OF_THE_WINDOW = ["hearsay-draft:", "hearsay-plays:"];

class ForgetAnswers extends HTMLElement {
  connectedCallback() {
    try {
      const kept = Object.keys(sessionStorage).filter((name) => OF_THE_WINDOW.some((prefix) => name.startsWith(prefix)));
      for (const name of kept) sessionStorage.removeItem(name);
      localStorage.removeItem(`hearsay-answer:${new URL(this.getAttribute("of"), location.href)}`);
    } catch {
      // Where nothing may be kept, nothing was.
    }
  }
}

customElements.define("forget-answers", ForgetAnswers);
