/**
 * <job-progress data-url="..."> asks the API how far a job is and shows it; once the job has ended, the page is loaded
 * again, so that the server says what came of it. Without this script the page shows what was known when it was loaded.
 */
const SECONDS = 2;

class JobProgress extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.look(), SECONDS * 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    if (document.hidden) return;
    const response = await fetch(this.dataset.url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response) return this.say("The server does not answer; trying again.");
    if (!response.ok) return this.stop();
    const job = await response.json();
    if (!job.is_open) {
      this.stop();
      return window.location.reload();
    }
    this.show(job);
  }

  show(job) {
    this.querySelector("progress").value = job.fraction;
    const failed = job.n_failed ? `, ${job.n_failed} failed` : "";
    const counts = `${job.n_done} of ${job.n_items} parts done${failed}`;
    const element = this.querySelector("[data-part=counts]");
    // Written only when it changes, so that a screen reader does not say the same again every two seconds.
    if (element.textContent !== counts) element.textContent = counts;
    this.say(job.note);
  }

  say(note) {
    this.querySelector("[data-part=note]").textContent = note ? `· ${note}` : "";
  }

  stop() {
    clearInterval(this.timer);
  }
}

customElements.define("job-progress", JobProgress);
