/**
 * <slider-field sound="A" bands="Excellent|Good|Fair|Poor|Bad"> around <input type="number" min max>: a slider beside
 * the number, moving with it, and the name of the part of the scale that it stands in. Until it is moved it has no value.
 */
class SliderField extends HTMLElement {
  connectedCallback() {
    this.number = this.querySelector("input");
    this.bands = this.getAttribute("bands").split("|");
    this.slider = document.createElement("input");
    Object.assign(this.slider, { type: "range", min: this.number.min, max: this.number.max, step: 1 });
    this.slider.setAttribute("aria-label", this.number.getAttribute("aria-label"));
    this.number.setAttribute("aria-label", this.getAttribute("number-label"));
    this.band = document.createElement("span");
    this.band.className = "band";
    this.band.setAttribute("aria-hidden", "true");
    this.number.before(this.slider);
    this.number.after(this.band);
    this.slider.addEventListener("input", () => this.#moved());
    // A press on the knob where it stands is an answer, too.
    this.slider.addEventListener("click", () => this.#moved());
    this.number.addEventListener("input", () => this.#show());
    this.#show();
  }

  focus() {
    this.slider.focus();
  }

  #moved() {
    this.number.value = this.slider.value;
    this.#show();
    this.number.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #show() {
    const { value, min, max } = this.number;
    this.classList.toggle("is-unset", value === "");
    if (value !== "") this.slider.value = value;
    const name = value === "" || !this.number.validity.valid ? "" : this.#bandOf((value - min) / (max - min));
    this.band.textContent = name;
    this.slider.setAttribute("aria-valuetext", value === "" ? this.getAttribute("unset") : `${value} ${name}`);
  }

  /** Return the name of the part of the scale at a share of its length; the names stand from the top down. */
  #bandOf(share) {
    const fromTop = Math.floor((1 - share) * this.bands.length);
    return this.bands[Math.min(this.bands.length - 1, fromTop)];
  }
}

customElements.define("slider-field", SliderField);
