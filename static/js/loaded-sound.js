/**
 * <loaded-sound> around an <audio src> (or with its own src): fetches a sound, notes the SHA-256 of its bytes, and decodes
 * it for Web Audio. A player around it plays its `buffer` on its `context`; all sounds of a page share one context.
 *
 * load() fetches and decodes, trying again after growing pauses; while the device is offline no try counts. It tells
 * sound-loaded, or sound-failed with `detail.reason` when the last try was in vain. `facts` is the evidence of it.
 */
const PAUSES = [1000, 2000, 4000];
const TIMEOUT = 20_000;

class LoadedSound extends HTMLElement {
  static #context;

  static get context() {
    LoadedSound.#context ??= new AudioContext();
    return LoadedSound.#context;
  }

  connectedCallback() {
    const audio = this.querySelector("audio");
    this.address = this.getAttribute("src") ?? audio.getAttribute("src");
    this.key = this.getAttribute("key");
    this.facts = { load_tries: 0 };
    audio?.remove();
  }

  get context() {
    return LoadedSound.context;
  }

  get seconds() {
    return this.buffer?.duration ?? null;
  }

  /** Return whether the sound is ready, after fetching and decoding it if that was not done before. */
  load() {
    this.loading ??= this.#tryUntilLoaded();
    return this.loading;
  }

  /** Let go of the decoded sound; the browser's cache keeps its bytes. */
  forget() {
    this.buffer = this.loading = undefined;
  }

  async #tryUntilLoaded() {
    let reason;
    for (const pause of [0, ...PAUSES]) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      await this.#online();
      try {
        await this.#fetchAndDecode();
        this.#tell("sound-loaded");
        return true;
      } catch (fault) {
        reason = `${fault.name}: ${fault.message}`;
      }
    }
    this.loading = undefined;
    this.#tell("sound-failed", { reason });
    return false;
  }

  async #fetchAndDecode() {
    // What the cache holds was fetched before the block. After a failure the bytes in it may be the fault.
    const cache = this.facts.load_tries ? "reload" : "force-cache";
    this.facts.load_tries += 1;
    const response = await fetch(this.address, { cache, signal: AbortSignal.timeout(TIMEOUT) });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const bytes = await response.arrayBuffer();
    this.facts.bytes = bytes.byteLength;
    this.facts.sha256 = await this.#digest(bytes);
    this.buffer = await this.context.decodeAudioData(bytes);
    const { length: frames, sampleRate: sample_rate, numberOfChannels: channels, duration } = this.buffer;
    Object.assign(this.facts, { frames, sample_rate, channels, audio_seconds: duration });
  }

  /** Return the bytes' SHA-256, or null where the browser has none: away from https it does without. */
  async #digest(bytes) {
    if (!globalThis.crypto?.subtle) return null;
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  #online() {
    if (navigator.onLine) return undefined;
    return new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

customElements.define("loaded-sound", LoadedSound);
