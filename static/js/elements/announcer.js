// Says to a screen reader, politely and in batches, what came in; and to everybody what an action led to.

import { word } from "../helpers/words.js";

const BATCH_MS = 2000
const SHOWN_MS = 4000

export class Announcer {
  #names = []
  #timer = null

  constructor(element) {
    this.element = element
  }

  say(text) {
    clearTimeout(this.hiding)
    this.#look("visually-hidden")
    this.element.textContent = text
  }

  // Say something that is to be seen as well, for a moment.
  show(text) {
    this.say(text)
    this.#look("toast")
    this.hiding = setTimeout(() => this.#look("visually-hidden"), SHOWN_MS)
  }

  #look(name) {
    this.element.className = name
  }

  // A message by `name` came in.
  message(name) {
    this.#names.push(name)
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  // What came in a moment ago is of no concern any more.
  clear() {
    clearTimeout(this.#timer)
    this.#timer = null
    this.#names = []
  }

  #flush() {
    const names = [...new Set(this.#names)]
    const [first, last] = names
    const who = names.length > 2 ? word("several") : names.length === 2 ? word("and", { first, last }) : first
    this.say(word("announce", { count: this.#names.length, names: who }))
    this.#names = []
    this.#timer = null
  }
}
