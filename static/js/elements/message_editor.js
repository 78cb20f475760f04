// Editing a message where it stands.

import { clone } from "../helpers/templates.js";
import { word } from "../helpers/words.js";

const TOUCH = matchMedia("(pointer: coarse)")

export class Editor {
  // Puts itself in the place of the text. `save(text)` answers a promise; a refusal is shown and the text kept. `done()`
  // takes the focus afterwards.
  constructor(article, content, { save, done }) {
    Object.assign(this, { article, content, save, done })
    this.form = clone("editor-template")
    this.box = this.form.querySelector("textarea")
    this.body = article.querySelector(".body")
    this.box.value = content
    this.body.hidden = true
    this.body.after(this.form)
    this.isOpen = true
    this.form.querySelector("[data-do=cancel]").addEventListener("click", () => this.end())
    this.form.addEventListener("keydown", (event) => this.#key(event))
    this.form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#submit()
    })
    this.box.focus()
    this.box.setSelectionRange(this.box.value.length, this.box.value.length)
  }

  get text() { return this.box.value }
  get changed() { return this.text !== this.content && Boolean(this.text.trim()) }
  get isInPage() { return this.form.isConnected }

  end() {
    this.isOpen = false
    this.form.remove()
    this.body.hidden = false
    // On touch the composer would bring the keyboard back up.
    if (TOUCH.matches) this.article.focus({ preventScroll: true })
    else this.done()
  }

  async #submit() {
    if (!this.changed) return this.end()
    try {
      await this.save(this.text)
      this.end()
    } catch (error) {
      this.form.querySelector(".editor-note").textContent = error.message || word("failed")
    }
  }

  #key(event) {
    if (event.isComposing) return
    if (event.key === "Escape") {
      event.preventDefault()
      event.stopPropagation()
      this.end()
    } else if (event.key === "Enter" && !event.shiftKey && !TOUCH.matches) {
      event.preventDefault()
      this.form.requestSubmit()
    }
  }
}
