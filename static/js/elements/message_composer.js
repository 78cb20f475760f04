// <message-composer>: where one writes. Events: "send" (detail: the text), "typing" (detail: true or false), "edit-last".

import { word } from "../helpers/words.js";
import { OwnTyping } from "../models/typing.js";

const TOUCH = matchMedia("(pointer: coarse)")

export class MessageComposer extends HTMLElement {
  #typing = new OwnTyping()

  start({ drafts, roomId, limit }) {
    Object.assign(this, { drafts, roomId, limit })
    this.form = this.querySelector("form")
    this.box = this.querySelector("textarea")
    this.note = this.querySelector(".compose-note")
    this.box.enterKeyHint = TOUCH.matches ? "enter" : "send"
    this.box.required = false
    // Written before this script ran, or refused without it.
    if (this.box.value) drafts.set(roomId, this.box.value)
    else this.box.value = drafts.get(roomId)
    this.box.addEventListener("input", () => this.#changed())
    this.box.addEventListener("keydown", (event) => this.#key(event))
    this.box.addEventListener("blur", () => this.#tellTyping(this.#typing.stop()))
    this.form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#send()
    })
    this.#grow()
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

  // Nothing can be said here any more; what was written stays readable.
  close() {
    for (const control of this.form.elements) control.disabled = control !== this.box
    this.box.readOnly = true
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === "ArrowUp" && !this.box.value) {
      event.preventDefault()
      this.dispatchEvent(new Event("edit-last"))
    }
    if (event.key !== "Enter" || event.shiftKey) return
    if (TOUCH.matches && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    this.#send()
  }

  #changed() {
    const over = [...this.box.value].length - this.limit
    this.#say(over > 0 ? word("too_long", { over, limit: this.limit }) : "")
    this.drafts.set(this.roomId, this.box.value)
    this.#tellTyping(this.#typing.changed(this.box.value, Date.now()))
    this.#grow()
  }

  #send() {
    const text = this.box.value
    if (this.box.readOnly || !text.trim() || [...text].length > this.limit) return
    this.#tellTyping(this.#typing.stop())
    this.dispatchEvent(new CustomEvent("send", { detail: text }))
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
