/**
 * <copy-code> around an <output>: a button that copies its text. Without it the text can be selected. What it says
 * stands in data-copy, data-copied and data-refused.
 */
class CopyCode extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "outline";
    this.button.textContent = this.dataset.copy;
    this.button.addEventListener("click", () => this.copy());
    this.note = document.createElement("span");
    this.note.setAttribute("role", "status");
    this.append(this.button, this.note);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.querySelector("output").textContent.trim());
      this.note.textContent = this.dataset.copied;
    } catch {
      this.note.textContent = this.dataset.refused;
    }
  }
}

customElements.define("copy-code", CopyCode);
