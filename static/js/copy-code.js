/** <copy-code> around an <output>: a button that copies its text. Without it the text can be selected. */
class CopyCode extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "outline";
    this.button.textContent = "Copy";
    this.button.addEventListener("click", () => this.copy());
    this.note = document.createElement("span");
    this.note.setAttribute("role", "status");
    this.append(this.button, this.note);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.querySelector("output").textContent.trim());
      this.note.textContent = "Copied";
    } catch {
      this.note.textContent = "Copying is not allowed here: select the code instead.";
    }
  }
}

customElements.define("copy-code", CopyCode);
