// Any other page on the stage: search, settings, members. Made by the server, and forgotten when one goes on.

import "./find_field.js";
import "./people_picker.js";

export class PageScreen {
  constructor(main, title, home) {
    Object.assign(this, { main, title, home })
  }

  get heading() { return this.main.querySelector("h1") }
  get name() { return this.heading.textContent.trim() }
  get isComposing() { return false }

  show(place) {
    this.main.querySelector("find-field")?.start(this.home.parts)
    if (place) this.#scroller.scrollTop = place.top
  }

  get place() { return { top: this.#scroller.scrollTop } }
  hide() { return this.place }

  get #scroller() { return this.main.querySelector(".scroll") }

  // What is wrong first, then what the page says is to be filled in first.
  focus() {
    const wrong = this.main.querySelector(".wrong :is(input, textarea, select):not([type=hidden])")
    const first = wrong ?? this.main.querySelector("[autofocus]:not([popover] *)") ?? this.heading
    first.focus({ preventScroll: first === this.heading })
  }
}
