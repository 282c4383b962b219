/**
 * <answer-post next="…"> around a trial's form: sends the answer that the form tells with answer-given until it has
 * arrived, and skips the trial when a sound tells sound-failed.
 *
 * An answer on its way is kept in the browser, one for each session: it survives a reload, a crash and a closed window,
 * and is sent by the next page of the session that has a form. The server knows a repeated answer for what it is. When
 * it has arrived the form tells answer-arrived, with the `sound` that names its trial.
 * Needs in it: form, [data-waiting] with [data-waiting-text] and [data-send-now], [data-skipped]. Its words stand in
 * data-word-... attributes; %s stands for seconds.
 */
const TIMEOUT = 15_000;
const LONGEST_PAUSE = 30;

class AnswerPost extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.memory = `hearsay-answer:${this.form.action}`;
    this.pause = 1;
    this.addEventListener("answer-given", (event) => this.#take(event.detail.fields));
    this.addEventListener("sound-failed", (event) => this.#skip(event.target, event.detail.reason));
    this.querySelector("[data-send-now]").addEventListener("click", () => this.#send());
    window.addEventListener("online", () => this.#send());
    // Another window of this session has moved on: show where the session stands.
    this.others = new BroadcastChannel(this.memory);
    this.others.onmessage = () => this.pending || location.replace(this.form.action);
    this.#sendKept();
  }

  /** Whether an answer is on its way: then the form takes no other. */
  get isPending() {
    return Boolean(this.pending);
  }

  #take(fields) {
    this.pending = { fields, tries: 0, given_at: Date.now(), next: this.getAttribute("next") };
    this.#keep();
    this.#send();
  }

  #sendKept() {
    try {
      this.pending = JSON.parse(localStorage.getItem(this.memory));
    } catch {
      // What cannot be read, or may not be kept in this browser, is not there.
      this.pending = null;
    }
    if (!this.pending) return;
    this.isKept = true;
    this.#tell(this.dataset.wordKept);
    this.#send();
  }

  #keep() {
    try {
      localStorage.setItem(this.memory, JSON.stringify(this.pending));
    } catch {
      // Without storage the answer lives as long as the page does.
    }
  }

  async #send() {
    if (this.isSending || !this.pending) return;
    clearTimeout(this.timer);
    this.isSending = true;
    this.pending.tries += 1;
    try {
      this.#arrived(await this.#post(this.#fields()));
    } catch {
      this.#wait(this.dataset.wordOffline);
    } finally {
      this.isSending = false;
    }
  }

  /** Return the form's fields, with what the evidence says of their way. */
  #fields() {
    const { fields, tries, given_at } = this.pending;
    const evidence = { ...JSON.parse(fields.evidence), tries, delay_seconds: (Date.now() - given_at) / 1000 };
    return { ...fields, evidence: JSON.stringify(evidence) };
  }

  #post(fields) {
    return fetch(this.form.action, {
      method: "POST",
      body: new URLSearchParams(fields),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  }

  #arrived(response) {
    if (response.status >= 500 || response.status === 429) return this.#wait(this.dataset.wordBusy);
    const { next, fields } = this.pending;
    this.pending = null;
    try {
      localStorage.removeItem(this.memory);
    } catch {
      // There was no storage to begin with.
    }
    this.others.postMessage("arrived");
    this.form.dispatchEvent(new CustomEvent("answer-arrived", { bubbles: true, detail: { sound: fields.sound } }));
    // A redirect says that the answer is stored. What else comes is a page with words for the listener: let it be seen.
    if (response.type === "opaqueredirect") location.replace(next);
    else if (this.isKept) location.replace(this.form.action);
    else this.form.submit();
    return undefined;
  }

  #wait(reason) {
    this.#tell(`${reason} ${this.dataset.wordAgain.replace("%s", this.pause)}`);
    this.timer = setTimeout(() => this.#send(), this.pause * 1000);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  #tell(text) {
    this.querySelector("[data-waiting]").hidden = false;
    this.querySelector("[data-waiting-text]").textContent = text;
  }

  /** Have the server note that the trial cannot be answered; without a connection it is no fault of the sound's. */
  async #skip(sound, reason) {
    if (this.pending || this.isSkipped) return;
    const fields = { sound: this.form.elements.sound.value, skipped: `sound ${sound.key}: ${reason}` };
    const response = await this.#post(fields).catch(() => null);
    if (response === null || response.status >= 500) {
      this.timer = setTimeout(() => sound.load(), this.pause * 1000);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      return;
    }
    this.isSkipped = true;
    this.form.hidden = true;
    this.querySelector("[data-skipped]").hidden = false;
    this.querySelector("[data-skipped] a").focus();
  }
}

customElements.define("answer-post", AnswerPost);
