// <copy-field>: a read-only field with a button that copies it.

import { word } from "../helpers/words.js";

class CopyField extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input")
    const button = this.querySelector("button")
    button.hidden = !navigator.clipboard
    field.addEventListener("focus", () => field.select())
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value)
      const before = button.textContent
      button.textContent = this.dataset.copied ?? word("copied")
      setTimeout(() => (button.textContent = before), 2000)
    })
  }
}
customElements.define("copy-field", CopyField)
