// <message-composer>: where one writes. What is written and where it goes is a draft (models/draft.js).
// Events: "sent", "typing" (detail: true or false), "edit-last".

import { word } from "../helpers/words.js";
import { OwnTyping } from "../models/typing.js";

const TOUCH = matchMedia("(pointer: coarse)")

export class MessageComposer extends HTMLElement {
  #typing = new OwnTyping()

  start({ draft, limit }) {
    Object.assign(this, { draft, limit })
    this.form = this.querySelector("form")
    this.box = this.querySelector("textarea")
    this.note = this.querySelector(".compose-note")
    this.box.enterKeyHint = TOUCH.matches ? "enter" : "send"
    this.box.required = false
    // Written before this script ran, or refused without it.
    if (this.box.value) draft.text = this.box.value
    else this.box.value = draft.text
    this.box.addEventListener("input", () => this.#changed())
    this.box.addEventListener("keydown", (event) => this.#key(event))
    this.box.addEventListener("blur", () => this.#tellTyping(this.#typing.stop()))
    this.form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#send()
    })
    this.#grow()
  }

  // What was written in this room on another page of the browser meanwhile is here too, unless one has gone on here.
  refresh() {
    if (this.box.value === this.draft.text || document.activeElement === this.box) return
    this.box.value = this.draft.text
    this.#check()
  }

  // What the box is called: the room has another name now.
  set label(text) {
    this.box.placeholder = text
    this.box.setAttribute("aria-label", text)
  }

  get isEmpty() { return !this.box.value.trim() }
  focus() { this.box.focus() }

  // Put text back, as when a message is not to be sent after all.
  put(text) {
    this.box.value = text
    this.#changed()
    this.focus()
  }

  // The reader goes elsewhere.
  leave() { this.#tellTyping(this.#typing.stop()) }

  // Nothing can be said here any more; what was written stays readable.
  close() {
    for (const control of this.form.elements) control.disabled = control !== this.box
    this.box.readOnly = true
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === "ArrowUp" && !this.box.value && !event.altKey) {
      event.preventDefault()
      this.dispatchEvent(new Event("edit-last"))
    }
    if (event.key !== "Enter" || event.shiftKey) return
    if (TOUCH.matches && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    this.#send()
  }

  #changed() {
    this.draft.text = this.box.value
    this.#tellTyping(this.#typing.changed(this.box.value, Date.now()))
    this.#check()
  }

  #check() {
    const over = [...this.box.value].length - this.limit
    this.#say(over > 0 ? word("too_long", { over, limit: this.limit }) : "")
    this.#grow()
  }

  #send() {
    if (this.box.readOnly || [...this.box.value].length > this.limit) return
    this.draft.text = this.box.value
    if (!this.draft.send()) return
    this.#tellTyping(this.#typing.stop())
    this.dispatchEvent(new Event("sent"))
    this.put("")
  }

  #say(text) {
    if (this.note.textContent !== text) this.note.textContent = text
    this.box.setAttribute("aria-invalid", String(Boolean(text)))
  }

  #tellTyping(isTyping) {
    if (isTyping !== null) this.dispatchEvent(new CustomEvent("typing", { detail: isTyping }))
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return
    this.box.style.height = "auto"
    this.box.style.height = `${this.box.scrollHeight}px`
  }
}
customElements.define("message-composer", MessageComposer)
