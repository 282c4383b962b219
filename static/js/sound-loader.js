/**
 * <sound-loader> around a part's <loaded-sound>s and its link onward: fetches and decodes all of them, a few at a time,
 * before the link leads on, so that the trials find them in the browser's cache. A sound that fails is tried again in its
 * trial. Needs in it: progress, [data-loader-text], a[rel=next]. Its words stand in data-word-... attributes.
 */
const LANES = 4;

class SoundLoader extends HTMLElement {
  connectedCallback() {
    this.sounds = [...this.querySelectorAll("loaded-sound")];
    this.link = this.querySelector("a[rel=next]");
    this.bar = this.querySelector("progress");
    this.querySelector("[data-loader]").hidden = false;
    this.link.addEventListener("click", (event) => this.#pressed(event));
    this.#loadAll();
  }

  async #loadAll() {
    this.#tell(this.dataset.wordLoading);
    const waiting = [...this.sounds];
    const failed = [];
    const lane = async () => {
      for (let sound = waiting.shift(); sound; sound = waiting.shift()) {
        if (!(await sound.load())) failed.push(sound);
        sound.forget();
        this.bar.value += 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.#tell(failed.length ? this.dataset.wordSomeFailed : this.dataset.wordReady);
    this.#open();
  }

  #open() {
    this.isReady = true;
    this.dataset.state = "ready";
    if (this.isWanted) this.link.click();
  }

  /** Who wants to go on before the time goes on when it comes. */
  #pressed(event) {
    if (this.isReady) return;
    event.preventDefault();
    this.isWanted = true;
  }

  #tell(text) {
    this.querySelector("[data-loader-text]").textContent = text;
  }
}

customElements.define("sound-loader", SoundLoader);
