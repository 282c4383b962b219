/**
 * <sound-sequence gap="500" data-word-all="…"> around several <clip-player>: a button, or space, plays them one after the
 * other, from the first one that was not heard often enough (from the beginning, if all were); the arrows play the one
 * before and the one after.
 */
class SoundSequence extends HTMLElement {
  connectedCallback() {
    this.players = [...this.querySelectorAll("clip-player")];
    this.at = -1;
    this.addEventListener("clip-heard", (event) => this.#heard(event.target.closest("clip-player")));
    this.addEventListener("clip-interrupted", () => (this.goesOn = false));
    this.addEventListener("click", (event) => (this.goesOn = event.target === this.button));
    this.#makeButton();
  }

  /** What space does. */
  toggle() {
    const first = this.players.findIndex((player) => !player.isHeard);
    this.goesOn = true;
    this.#play(Math.max(0, first));
  }

  /** Take a key that chooses a sound; return whether it does. */
  choose(key) {
    // As on the browser's own sliders and choices: where one reads from the right, the left arrow goes on.
    const onward = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const step = { ArrowLeft: -onward, ArrowRight: onward }[key];
    if (!step) return false;
    this.goesOn = false;
    this.#play(Math.min(this.players.length - 1, Math.max(0, this.at + step)));
    return true;
  }

  #makeButton() {
    this.button = document.createElement("button");
    Object.assign(this.button, { type: "button", className: "outline", textContent: this.dataset.wordAll });
    this.button.addEventListener("click", () => this.toggle());
    const row = Object.assign(document.createElement("div"), { className: "play-all" });
    row.append(this.button);
    this.prepend(row);
    this.button.focus({ preventScroll: true });
  }

  #play(position) {
    this.at = position;
    this.players[position].play();
  }

  #heard(player) {
    this.at = this.players.indexOf(player);
    const next = this.at + 1;
    if (!this.goesOn || next === this.players.length) return;
    setTimeout(() => this.goesOn && this.#play(next), Number(this.getAttribute("gap")));
  }
}

customElements.define("sound-sequence", SoundSequence);
