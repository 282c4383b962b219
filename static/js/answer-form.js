/**
 * <answer-form> around a trial's form: opens the answers when its players' sounds were heard, lets the keyboard do
 * everything, and keeps the evidence of listening. When the listener goes on it tells answer-given with the fields;
 * <answer-post> around it sends them.
 *
 * A player has isHeard, toggle(), perhaps choose(key), and lets <loaded-sound> tell clip-started, clip-stopped,
 * clip-interrupted and clip-heard. Needs in it: [data-next], [data-announcement], [data-single-keys].
 */
const KEYS_OFF = "hearsay-single-keys-off";
// So many stretches of listening are reported of a page: enough for anybody, little enough to be sent.
const MOST_PLAYS = 900;
const PLAYERS = "sound-sequence, switching-player, clip-player";

class AnswerForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.fieldsets = [...this.form.querySelectorAll("fieldset")];
    this.next = this.querySelector("[data-next]");
    this.keys = this.querySelector("[data-single-keys]");
    this.evidence = { heard_seconds: null, answered_seconds: null, changes: 0, interruptions: 0 };
    this.plays = new Map();
    this.unseen = [];
    this.#lock();
    this.#followSounds();
    this.#followAnswers();
    this.#followPage();
  }

  get isPending() {
    return this.closest("answer-post").isPending;
  }

  #lock() {
    for (const fieldset of this.fieldsets) fieldset.disabled = true;
    this.next.disabled = true;
    this.#announce(this.dataset.wordLocked);
  }

  #unlock() {
    this.evidence.heard_seconds = this.#clock();
    for (const fieldset of this.fieldsets) fieldset.disabled = false;
    this.next.disabled = !this.#isAnswered();
    this.#announce(this.dataset.wordOpen);
    this.form.querySelector("fieldset input[type=text]")?.focus();
  }

  #followSounds() {
    this.addEventListener("clip-started", ({ target }) => this.#ofSound(target).plays.push({ started: this.#clock() }));
    this.addEventListener("clip-stopped", ({ target }) => (this.#ofSound(target).plays.at(-1).ended = this.#clock()));
    this.addEventListener("clip-interrupted", () => (this.evidence.interruptions += 1));
    this.addEventListener("clip-heard", ({ target }) => {
      this.#ofSound(target).play_count += 1;
      const players = [...this.querySelectorAll("clip-player, switching-player")];
      if (this.next.disabled && this.fieldsets[0].disabled && players.every((player) => player.isHeard)) this.#unlock();
    });
  }

  #ofSound(sound) {
    if (!this.plays.has(sound)) this.plays.set(sound, { play_count: 0, plays: [] });
    return this.plays.get(sound);
  }

  #followAnswers() {
    this.form.addEventListener("input", () => (this.next.disabled = !this.#isAnswered()));
    this.form.addEventListener("change", (event) => this.#noteAnswer(event.target));
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    this.keys.checked = !sessionStorage.getItem(KEYS_OFF);
    this.keys.addEventListener("change", () => {
      if (this.keys.checked) sessionStorage.removeItem(KEYS_OFF);
      else sessionStorage.setItem(KEYS_OFF, "yes");
    });
  }

  #noteAnswer(field) {
    if (!field.closest("fieldset")) return;
    if (this.evidence.answered_seconds !== null) this.evidence.changes += 1;
    this.evidence.answered_seconds = this.#clock();
    // What cannot be the best and the worst at once moves from the one to the other.
    for (const other of this.form.querySelectorAll("[data-differs]:checked")) {
      if (field.matches("[data-differs]") && other !== field && other.value === field.value) other.checked = false;
    }
    this.next.disabled = !this.#isAnswered();
  }

  #isAnswered() {
    return this.fieldsets.every((fieldset) => !fieldset.disabled) && this.form.checkValidity();
  }

  #followPage() {
    document.addEventListener("visibilitychange", () => this.#noteVisibility());
    this.#noteVisibility();
    // The browser may bring back an old page from its memory: ask the server where the session stands.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  #noteVisibility() {
    if (document.hidden) this.unseen.push({ started: this.#clock() });
    else if (this.unseen.length) this.unseen.at(-1).ended ??= this.#clock();
  }

  #pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || this.isPending) return;
    if (event.key === " ") this.#pressedSpace(event);
    else if (event.key === "Enter") this.#pressedEnter(event);
    else if (this.keys.checked) this.#pressedSingleKey(event);
  }

  /** Space plays, except where it has a meaning of its own: in words, on buttons and on a choice that it would choose. */
  #pressedSpace(event) {
    const at = event.target;
    if (at.closest("button, a, summary, [type=checkbox], [type=text]") || (at.type === "radio" && !at.checked)) return;
    event.preventDefault();
    this.querySelector(PLAYERS).toggle();
  }

  #pressedEnter(event) {
    if (event.target.closest("a, button, summary, [type=checkbox]") || !this.#isAnswered()) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #pressedSingleKey(event) {
    const at = event.target;
    const isArrow = event.key.startsWith("Arrow");
    if (at.matches("[type=text]") || (isArrow && at.matches("fieldset input"))) return;
    if (this.querySelector(PLAYERS).choose?.(event.key)) this.#chosen(event);
    else if (!at.matches("[type=number]")) this.#pressedAnswer(event.key.toLowerCase());
  }

  /** A sound was chosen: let the next arrows move its slider. */
  #chosen(event) {
    event.preventDefault();
    if (event.key.startsWith("Arrow")) return;
    const sliders = [...this.form.querySelectorAll("fieldset:enabled slider-field")];
    sliders.find((slider) => slider.getAttribute("sound").toLowerCase() === event.key.toLowerCase())?.focus();
  }

  #pressedAnswer(key) {
    const fitting = [...this.form.querySelectorAll("fieldset:enabled input[data-key]")].filter(
      (choice) => choice.dataset.key === key,
    );
    if (!fitting.length) return;
    const following = fitting[(fitting.findIndex((choice) => choice.checked) + 1) % fitting.length];
    following.focus();
    following.click();
  }

  #submitted(event) {
    event.preventDefault();
    if (this.isPending || !this.#isAnswered()) return;
    this.next.disabled = true;
    const fields = { ...Object.fromEntries(new FormData(this.form)), evidence: JSON.stringify(this.#packed()) };
    this.form.elements.evidence.value = fields.evidence;
    this.dispatchEvent(new CustomEvent("answer-given", { bubbles: true, detail: { fields } }));
  }

  #packed() {
    const now = this.#clock();
    const sounds = [...this.querySelectorAll("loaded-sound")];
    const plays = [...this.plays.values()].flatMap((each) => each.plays);
    const most = Math.floor(MOST_PLAYS / sounds.length);
    return {
      ...this.evidence,
      hidden_seconds: overlap([{ started: 0, ended: now }], this.unseen, now),
      hidden_while_playing_seconds: overlap(plays, this.unseen, now),
      output_sample_rate: sounds[0].context.sampleRate,
      sounds: Object.fromEntries(sounds.map((sound) => [sound.key, this.#reported(sound, most)])),
    };
  }

  #reported(sound, most) {
    const { play_count, plays } = this.#ofSound(sound);
    return { play_count, plays: plays.slice(0, most), ...sound.facts };
  }

  #announce(text) {
    this.querySelector("[data-announcement]").textContent = text;
  }

  #clock() {
    return Math.round(performance.now()) / 1000;
  }
}

/** Return how many seconds of some stretches lie within others; one without an end lasts until now. */
function overlap(some, others, now) {
  const shared = (a, b) => Math.min(a.ended ?? now, b.ended ?? now) - Math.max(a.started, b.started);
  const seconds = some.flatMap((a) => others.map((b) => Math.max(0, shared(a, b)))).reduce((sum, each) => sum + each, 0);
  return Math.round(seconds * 1000) / 1000;
}

customElements.define("answer-form", AnswerForm);
