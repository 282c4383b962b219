/**
 * <answer-draft of="…"> around a form: keeps what was filled in and not yet sent, so that a reload loses nothing.
 *
 * It lies in the window's sessionStorage under the name that the page gives it, and goes when answer-arrived tells that
 * the server has the answer, or when another form is shown. Where nothing may be kept, the form works without.
 */
const PREFIX = "hearsay-draft:";

class AnswerDraft extends HTMLElement {
  connectedCallback() {
    this.key = this.getAttribute("of");
    this.memory = PREFIX + this.key;
    this.fields = [...this.querySelectorAll("input[name]:not([type=hidden]), textarea[name]")];
    try {
      this.#forgetOthers();
      this.#bringBack(JSON.parse(sessionStorage.getItem(this.memory)) ?? {});
    } catch {
      // What cannot be read, or may not be kept in this browser, is not there.
    }
    this.addEventListener("input", () => this.#keep());
    this.addEventListener("change", () => this.#keep());
    this.addEventListener("answer-arrived", ({ detail }) => detail.sound === this.key && this.#forget());
  }

  #bringBack(kept) {
    for (const field of this.fields.filter(({ name }) => name in kept)) {
      if (field.type === "radio") field.checked = field.value === kept[field.name];
      else field.value = kept[field.name];
      // Its slider follows. It is no change that the listener makes now, so it goes no further up.
      field.dispatchEvent(new Event("input"));
    }
  }

  #keep() {
    const given = this.fields.filter((field) => (field.type === "radio" ? field.checked : field.value !== ""));
    try {
      sessionStorage.setItem(this.memory, JSON.stringify(Object.fromEntries(given.map(({ name, value }) => [name, value]))));
    } catch {
      // Without storage it lives as long as the page does.
    }
  }

  #forget() {
    try {
      sessionStorage.removeItem(this.memory);
    } catch {
      // There was no storage to begin with.
    }
  }

  #forgetOthers() {
    const others = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX) && name !== this.memory);
    for (const name of others) sessionStorage.removeItem(name);
  }
}

customElements.define("answer-draft", AnswerDraft);
