/**
 * <clip-player label="sound 3 of 20" minimum-plays="1" maximum-plays="3"> around a <loaded-sound>: one large button.
 *
 * A sound is heard when it came to its end; nobody can jump ahead or stop it, because there is nothing to do that with.
 * It may always be played until it was heard often enough, whatever the maximum: no mishap shuts a listener out.
 * Tells clip-started, clip-stopped, clip-interrupted and clip-heard, all bubbling from its sound. What it says to the
 * listener stands in its data-word-... attributes.
 */
const PATIENCE = 6000;

class ClipPlayer extends HTMLElement {
  connectedCallback() {
    this.sound = this.querySelector("loaded-sound");
    this.heard = 0;
    this.append(this.#makeButton(), this.#makeMessage());
    this.sound.addEventListener("sound-failed", () => this.#show("failed"));
    this.sound.addEventListener("sound-loaded", () => this.state === "failed" && this.#show("ready"));
    // Played before in this window: a reload gives no further plays.
    this.memory = `hearsay-plays:${this.sound.address}`;
    this.plays = Number(sessionStorage.getItem(this.memory));
    this.#load();
    if (document.querySelector("clip-player, sound-sequence") === this) this.button.focus({ preventScroll: true });
  }

  get isHeard() {
    return this.heard >= Number(this.getAttribute("minimum-plays") ?? 1);
  }

  get isSpent() {
    const most = this.getAttribute("maximum-plays");
    return this.isHeard && most !== null && this.plays >= Number(most);
  }

  /** What space does. */
  toggle() {
    this.play();
  }

  /** Play from the beginning, unless this or another sound plays. */
  async play() {
    if (this.isSpent || document.querySelector('clip-player:is([data-state="playing"], [data-state="starting"])')) return;
    this.#show("starting");
    const { context } = this.sound;
    // Some browsers let a sound start only within the press itself, so before anything is waited for.
    const resumed = context.resume();
    if (!(await this.sound.load())) return;
    this.patience = setTimeout(() => this.#show("silent"), PATIENCE);
    await resumed;
    if (this.state === "starting") this.#start(context);
  }

  async #load() {
    this.#show("loading");
    if ((await this.sound.load()) && this.state === "loading") this.#show("ready");
  }

  #start(context) {
    clearTimeout(this.patience);
    this.source = new AudioBufferSourceNode(context, { buffer: this.sound.buffer });
    this.source.connect(context.destination);
    this.source.onended = () => setTimeout(() => this.#ended(), (context.outputLatency || 0) * 1000);
    context.onstatechange = () => context.state !== "running" && this.#interrupted();
    this.startedAt = context.currentTime;
    this.source.start();
    this.#show("playing");
    this.#tell("clip-started");
    this.#showPosition();
  }

  #ended() {
    if (this.state !== "playing") return;
    this.heard += 1;
    this.plays += 1;
    sessionStorage.setItem(this.memory, this.plays);
    this.bar.value = 1;
    this.#show(this.isSpent ? "spent" : "heard");
    this.#tell("clip-stopped");
    this.#tell("clip-heard");
  }

  /** A telephone call or a pulled plug stops a sound before its end: it has not been heard then. */
  #interrupted() {
    if (this.state !== "playing") return;
    this.source.onended = null;
    this.source.stop();
    this.#show("ready");
    this.#tell("clip-interrupted");
    this.#tell("clip-stopped");
  }

  #showPosition() {
    if (this.state !== "playing") return;
    this.bar.value = Math.min(1, (this.sound.context.currentTime - this.startedAt) / this.sound.seconds);
    requestAnimationFrame(() => this.#showPosition());
  }

  #makeButton() {
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "play";
    this.button.innerHTML = '<span class="play-icon" aria-hidden="true"></span><span class="play-word"></span>';
    this.button.addEventListener("click", () => this.play());
    return this.button;
  }

  #makeMessage() {
    const box = document.createElement("div");
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-hidden", "true");
    this.message = document.createElement("p");
    this.message.setAttribute("role", "alert");
    box.append(this.bar, this.message);
    return box;
  }

  #show(state) {
    this.state = this.dataset.state = state;
    const words = this.dataset;
    const said = {
      loading: words.wordLoading, starting: words.wordPlaying, playing: words.wordPlaying, heard: words.wordAgain,
      spent: words.wordSpent, failed: words.wordRetry, silent: words.wordRetry,
    }[state];
    const message = { failed: words.wordFailed, silent: words.wordSilent }[state] ?? "";
    this.button.querySelector(".play-word").textContent = said ?? words.wordPlay;
    this.button.setAttribute("aria-label", `${said ?? words.wordPlay} ${this.getAttribute("label")}`);
    this.button.setAttribute("aria-disabled", state === "spent");
    if (this.message.textContent !== message) this.message.textContent = message;
  }

  #tell(name) {
    this.sound.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }
}

customElements.define("clip-player", ClipPlayer);
