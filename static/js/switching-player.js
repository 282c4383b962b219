/**
 * <switching-player minimum-plays="1"> around several <loaded-sound name="A">: all of them run from one start on one
 * clock, and one of them can be heard. Switching fades over a few milliseconds and never moves the position.
 *
 * A sound is heard when all of its length was heard, at one go or in parts. Tells clip-started and clip-stopped for each
 * stretch, clip-heard and clip-interrupted, all bubbling from the sound. Its words stand in data-word-... attributes.
 */
const FADE = 0.005;
const LEAD = 0.05;
const STEP = 0.02;
const TICK = 100;
const PATIENCE = 6000;

class SwitchingPlayer extends HTMLElement {
  connectedCallback() {
    this.minimum = Number(this.getAttribute("minimum-plays") ?? 1);
    this.tracks = [...this.querySelectorAll("loaded-sound")].map((sound) => ({ sound, heard: 0 }));
    this.active = this.tracks[0];
    this.#makeControls();
    this.addEventListener("sound-loaded", () => this.state === "failed" && this.#load());
    this.#load();
    this.playButton.focus({ preventScroll: true });
  }

  get isHeard() {
    return this.tracks.every((track) => track.heard >= this.minimum);
  }

  /** What space does: play from the beginning, or stop. */
  toggle() {
    if (this.state === "playing") this.#stop();
    else if (this.state === "failed") this.#load();
    else if (this.state === "ready" || this.state === "silent") this.#start();
  }

  /** Take a key that chooses a sound, its first letter or an arrow; return whether it does. */
  choose(key) {
    // As on the browser's own sliders and choices: where one reads from the right, the left arrow goes on.
    const onward = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const step = { ArrowLeft: -onward, ArrowRight: onward }[key];
    const named = this.tracks.find((track) => track.sound.getAttribute("name")[0].toLowerCase() === key.toLowerCase());
    const track = step ? this.tracks.at((this.tracks.indexOf(this.active) + step) % this.tracks.length) : named;
    if (!track) return false;
    this.#switchTo(track);
    return true;
  }

  async #load() {
    this.#show("loading");
    const loaded = await Promise.all(this.tracks.map((track) => track.sound.load()));
    if (!loaded.every(Boolean)) return this.#show("failed");
    this.context = this.active.sound.context;
    this.seconds = Math.max(...this.tracks.map((track) => track.sound.seconds));
    for (const track of this.tracks) {
      track.buffer = this.#padded(track.sound.buffer);
      track.unheard = new Set(Array(Math.ceil(this.seconds / STEP)).keys());
    }
    return this.#show("ready");
  }

  /** Return the sound with silence up to the longest one's length, so that all come round at the same sample. */
  #padded(buffer) {
    const frames = Math.max(...this.tracks.map((track) => track.sound.buffer.length));
    const { numberOfChannels, sampleRate } = buffer;
    const padded = this.context.createBuffer(numberOfChannels, frames, sampleRate);
    for (let channel = 0; channel < numberOfChannels; channel += 1) {
      padded.copyToChannel(buffer.getChannelData(channel), channel);
    }
    return padded;
  }

  async #start() {
    this.#show("starting");
    const patience = setTimeout(() => this.#show("silent"), PATIENCE);
    await this.context.resume();
    clearTimeout(patience);
    if (this.state !== "starting") return;
    this.startedAt = this.context.currentTime + LEAD;
    for (const track of this.tracks) this.#startTrack(track);
    this.tracks[0].source.onended = () => this.#stop();
    this.context.onstatechange = () => this.context.state !== "running" && this.#interrupted();
    this.#show("playing");
    this.markedAt = this.startedAt;
    this.timer = setInterval(() => this.#mark(), TICK);
    this.#tell(this.active, "clip-started");
  }

  #startTrack(track) {
    const { context } = this;
    track.source = new AudioBufferSourceNode(context, { buffer: track.buffer, loop: this.loop.checked });
    track.gain = new GainNode(context, { gain: track === this.active ? 1 : 0 });
    track.source.connect(track.gain).connect(context.destination);
    track.source.start(this.startedAt);
  }

  #switchTo(track) {
    if (track === this.active) return;
    if (this.state === "playing") {
      this.#mark();
      this.#fade(this.active, 0);
      this.#fade(track, 1);
      this.#tell(this.active, "clip-stopped");
    }
    this.active = track;
    if (this.state === "playing") this.#tell(track, "clip-started");
    this.#showTracks();
  }

  #fade({ gain }, level) {
    const now = this.context.currentTime;
    gain.gain.cancelScheduledValues(now);
    gain.gain.setValueAtTime(gain.gain.value, now);
    gain.gain.linearRampToValueAtTime(level, now + FADE);
  }

  #stop() {
    if (this.state !== "playing") return;
    this.#mark();
    clearInterval(this.timer);
    for (const { source } of this.tracks) {
      source.onended = null;
      source.stop();
    }
    this.#tell(this.active, "clip-stopped");
    this.#show("ready");
  }

  #interrupted() {
    if (this.state !== "playing") return;
    this.#tell(this.active, "clip-interrupted");
    this.#stop();
  }

  /** Note which steps of the active sound were heard since the last time. */
  #mark() {
    const now = this.context.currentTime;
    const from = (this.markedAt - this.startedAt) / STEP;
    const to = (now - this.startedAt) / STEP;
    if (to <= 0) return;
    const steps = Math.ceil(this.seconds / STEP);
    for (let step = Math.floor(Math.max(0, from)); step < to; step += 1) this.active.unheard.delete(step % steps);
    this.markedAt = now;
    this.bar.value = ((now - this.startedAt) % this.seconds) / this.seconds;
    if (!this.active.unheard.size) this.#heardWhole(this.active, steps);
  }

  #heardWhole(track, steps) {
    track.heard += 1;
    track.unheard = new Set(Array(steps).keys());
    this.#showTracks();
    this.#tell(track, "clip-heard");
  }

  #makeControls() {
    this.playButton = this.#makeButton("switch-play", () => this.toggle());
    this.bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    this.bar.setAttribute("aria-hidden", "true");
    const choices = Object.assign(document.createElement("div"), { className: "switch-sounds" });
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", this.getAttribute("label"));
    for (const track of this.tracks) {
      track.button = this.#makeButton("switch-sound", () => this.#switchTo(track));
      track.button.textContent = track.sound.getAttribute("name");
    }
    choices.append(...this.tracks.map((track) => track.button));
    this.message = document.createElement("p");
    this.message.setAttribute("role", "alert");
    this.append(this.playButton, this.bar, choices, this.#makeLoop(), this.message);
    this.#showTracks();
  }

  #makeLoop() {
    this.loop = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
    this.loop.addEventListener("change", () => {
      for (const { source } of this.tracks) if (source) source.loop = this.loop.checked;
    });
    const label = Object.assign(document.createElement("label"), { className: "switch-loop" });
    label.append(this.loop, this.dataset.wordRepeat);
    return label;
  }

  #makeButton(className, pressed) {
    const button = Object.assign(document.createElement("button"), { type: "button", className });
    button.addEventListener("click", pressed);
    return button;
  }

  #showTracks() {
    for (const track of this.tracks) {
      track.button.setAttribute("aria-pressed", track === this.active);
      track.button.classList.toggle("is-heard", track.heard >= this.minimum);
    }
  }

  #show(state) {
    this.state = this.dataset.state = state;
    const words = this.dataset;
    const said = { loading: words.wordLoading, starting: words.wordPlaying, playing: words.wordStop }[state];
    this.playButton.textContent = said ?? words.wordPlay;
    this.message.textContent = { failed: words.wordFailed, silent: words.wordSilent }[state] ?? "";
  }

  #tell(track, name) {
    track.sound.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }
}

customElements.define("switching-player", SwitchingPlayer);
