/**
 * <answer-form> around a trial's form: opens the answers when the sounds were heard to their end, lets the keyboard do
 * everything, keeps the evidence of listening, and sends the answer until it has arrived.
 *
 * Needs in it: [data-next], [data-announcement], [data-waiting] with [data-waiting-text] and [data-send-now], and
 * [data-single-keys]. A sound is any element that tells clip-started, clip-interrupted and clip-heard and has play().
 * The server checks everything again; it knows a repeated answer for what it is.
 */
const TIMEOUT = 15_000;
const LONGEST_PAUSE = 30;
const KEYS_OFF = "hearsay-single-keys-off";

class AnswerForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.fieldsets = [...this.form.querySelectorAll("fieldset")];
    this.next = this.querySelector("[data-next]");
    this.keys = this.querySelector("[data-single-keys]");
    this.evidence = {
      play_count: 0, plays: [], heard_seconds: null, answered_seconds: null, changes: 0,
      hidden_seconds: 0, interruptions: 0, audio_seconds: null, tries: 0,
    };
    this.heard = new Set();
    this.lock();
    this.followSounds();
    this.followAnswers();
    this.followPage();
  }

  lock() {
    for (const fieldset of this.fieldsets) fieldset.disabled = true;
    this.next.disabled = true;
    this.announce("Play the sound to its end, then answer.");
  }

  followSounds() {
    this.addEventListener("clip-started", () => this.evidence.plays.push({ started: this.clock(), ended: null }));
    this.addEventListener("clip-interrupted", () => (this.evidence.interruptions += 1));
    this.addEventListener("clip-heard", (event) => this.noteHeard(event));
  }

  noteHeard(event) {
    this.evidence.play_count += 1;
    this.evidence.audio_seconds = event.detail.seconds;
    this.evidence.heard_seconds ??= this.clock();
    if (this.evidence.plays.length) this.evidence.plays.at(-1).ended = this.clock();
    this.heard.add(event.target);
    const isFirst = this.fieldsets[0].disabled;
    if (isFirst && this.heard.size === this.querySelectorAll("clip-player").length) this.unlock();
  }

  unlock() {
    for (const fieldset of this.fieldsets) fieldset.disabled = false;
    this.next.disabled = !this.isAnswered();
    this.announce("Played to the end. You can answer now.");
  }

  followAnswers() {
    this.form.addEventListener("change", () => this.noteAnswer());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.querySelector("[data-send-now]").addEventListener("click", () => this.send());
    document.addEventListener("keydown", (event) => this.pressed(event));
    this.keys.checked = !sessionStorage.getItem(KEYS_OFF);
    this.keys.addEventListener("change", () => {
      if (this.keys.checked) sessionStorage.removeItem(KEYS_OFF);
      else sessionStorage.setItem(KEYS_OFF, "yes");
    });
  }

  noteAnswer() {
    if (this.evidence.answered_seconds !== null) this.evidence.changes += 1;
    this.evidence.answered_seconds = this.clock();
    this.next.disabled = !this.isAnswered();
  }

  isAnswered() {
    return this.fieldsets.every((fieldset) => !fieldset.disabled && fieldset.querySelector("input:checked"));
  }

  followPage() {
    document.addEventListener("visibilitychange", () => this.noteVisibility());
    this.noteVisibility();
    window.addEventListener("online", () => this.pending && this.send());
    window.addEventListener("beforeunload", (event) => this.pending && event.preventDefault());
    // The browser may bring back an old page from its memory: ask the server where the session stands.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  noteVisibility() {
    if (document.hidden) this.hiddenSince ??= this.clock();
    else if (this.hiddenSince !== undefined) {
      this.evidence.hidden_seconds += this.clock() - this.hiddenSince;
      this.hiddenSince = undefined;
    }
  }

  pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || this.pending) return;
    if (event.key === " ") this.pressedSpace(event);
    else if (event.key === "Enter") this.pressedEnter(event);
    else if (this.keys.checked) this.pressedAnswer(event);
  }

  /** Space plays, except where it has a meaning of its own: on buttons and on a choice that it would choose. */
  pressedSpace(event) {
    const at = event.target;
    if (at.closest("button, a, summary, [type=checkbox]") || (at.type === "radio" && !at.checked)) return;
    event.preventDefault();
    this.querySelector("clip-player").play();
  }

  pressedEnter(event) {
    if (event.target.closest("a, summary, [type=checkbox], [data-next], [data-send-now]")) return;
    if (!this.isAnswered()) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  pressedAnswer(event) {
    const open = [...this.form.querySelectorAll("fieldset:enabled input[data-key]")];
    const fitting = open.filter((choice) => choice.dataset.key === event.key.toLowerCase());
    if (!fitting.length) return;
    const following = fitting[(fitting.findIndex((choice) => choice.checked) + 1) % fitting.length];
    following.focus();
    following.click();
  }

  submitted(event) {
    event.preventDefault();
    if (this.pending || !this.isAnswered()) return;
    this.noteVisibility();
    this.pending = true;
    this.pause = 1;
    this.send();
  }

  async send() {
    if (this.isSending) return;
    clearTimeout(this.timer);
    this.isSending = true;
    this.next.disabled = true;
    this.evidence.tries += 1;
    this.form.elements.evidence.value = JSON.stringify(this.evidence);
    try {
      this.arrived(await this.post());
    } catch {
      this.wait("There is no connection.");
    } finally {
      this.isSending = false;
    }
  }

  post() {
    return fetch(this.form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(this.form)),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  }

  arrived(response) {
    if (response.status >= 500 || response.status === 429) return this.wait("The server does not answer just now.");
    this.pending = false;
    // A redirect says that the answer is stored. What else comes is a page with words for the listener: let it be seen.
    if (response.type === "opaqueredirect") location.replace(this.form.action);
    else this.form.submit();
    return undefined;
  }

  wait(reason) {
    const box = this.querySelector("[data-waiting]");
    box.hidden = false;
    this.querySelector("[data-waiting-text]").textContent =
      `${reason} Your answer is kept on this page and sent again in ${this.pause} s. Please leave the page open.`;
    this.announce(`${reason} Your answer is kept and will be sent again.`);
    this.timer = setTimeout(() => this.send(), this.pause * 1000);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  announce(text) {
    this.querySelector("[data-announcement]").textContent = text;
  }

  clock() {
    return Math.round(performance.now()) / 1000;
  }
}

customElements.define("answer-form", AnswerForm);
