/**
 * <clip-player label="sound 3 of 20"> around an <audio controls>: one large button instead of the browser's controls.
 *
 * A sound is heard when it came to its end by itself; nobody can jump ahead, because there is nothing to jump with.
 * Says what happens with bubbling events: clip-started, clip-interrupted, clip-heard, clip-failed; `detail.seconds` is the
 * sound's length. Anybody may call play().
 */
const WORDS = {
  ready: ["Play", ""],
  loading: ["Loading …", ""],
  playing: ["Playing …", ""],
  heard: ["Play again", ""],
  failed: ["Try again", "The sound could not be loaded. Check your connection, then try again: nothing is lost."],
};
const PATIENCE = 20_000;

class ClipPlayer extends HTMLElement {
  connectedCallback() {
    this.audio = this.querySelector("audio");
    this.audio.controls = false;
    this.append(this.makeButton(), this.makeMessage());
    this.audio.addEventListener("playing", () => this.started());
    this.audio.addEventListener("waiting", () => this.interrupted());
    this.audio.addEventListener("timeupdate", () => this.showPosition());
    this.audio.addEventListener("ended", () => this.ended());
    this.audio.addEventListener("pause", () => this.paused());
    this.audio.addEventListener("error", () => this.failed());
    this.show(this.audio.error ? "failed" : "ready");
    this.button.focus({ preventScroll: true });
  }

  makeButton() {
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "play";
    this.button.innerHTML = '<span class="play-icon" aria-hidden="true"></span><span class="play-word"></span>';
    this.button.addEventListener("click", () => this.play());
    return this.button;
  }

  makeMessage() {
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

  /** Play from the beginning, unless it is playing. */
  async play() {
    if (this.state === "playing" || this.state === "loading") return;
    if (this.state === "failed") this.audio.load();
    this.show("loading");
    this.patience = setTimeout(() => this.failed(), PATIENCE);
    this.audio.currentTime = 0;
    try {
      await this.audio.play();
    } catch (fault) {
      // The browser wants a touch first: the button is there for it. Other faults are no sound we can play.
      if (fault.name === "NotAllowedError") this.settle("ready");
      else if (fault.name !== "AbortError") this.failed();
    }
  }

  started() {
    const goesOn = this.state === "playing";
    this.settle("playing");
    if (!goesOn && !this.isInterrupted) this.tell("clip-started");
    this.isInterrupted = false;
  }

  interrupted() {
    if (this.state !== "playing") return;
    this.isInterrupted = true;
    this.show("loading");
    this.patience = setTimeout(() => this.failed(), PATIENCE);
    this.tell("clip-interrupted");
  }

  /** A telephone call or a pulled plug stops a sound before its end: it has not been heard then. */
  paused() {
    if (this.state === "playing" && !this.audio.ended) this.settle("ready");
  }

  ended() {
    this.bar.value = 1;
    this.isInterrupted = false;
    this.settle("heard");
    this.tell("clip-heard");
  }

  failed() {
    if (this.state === "failed") return;
    this.isInterrupted = false;
    this.settle("failed");
    this.tell("clip-failed");
  }

  showPosition() {
    if (this.audio.duration) this.bar.value = this.audio.currentTime / this.audio.duration;
  }

  settle(state) {
    clearTimeout(this.patience);
    this.show(state);
  }

  show(state) {
    const [word, message] = WORDS[state];
    this.state = this.dataset.state = state;
    this.button.querySelector(".play-word").textContent = word;
    this.button.setAttribute("aria-label", `${word} ${this.getAttribute("label")}`);
    if (this.message.textContent !== message) this.message.textContent = message;
  }

  tell(name) {
    const seconds = Number.isFinite(this.audio.duration) ? this.audio.duration : null;
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { seconds } }));
  }
}

customElements.define("clip-player", ClipPlayer);
