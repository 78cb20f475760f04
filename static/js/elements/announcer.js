// Says to a screen reader, politely and in batches, what came in.

import { word } from "../helpers/words.js";

const BATCH_MS = 2000

export class Announcer {
  #names = []
  #timer = null

  constructor(element) {
    this.element = element
  }

  say(text) {
    this.element.textContent = text
  }

  // A message by `name` came in.
  message(name) {
    this.#names.push(name)
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
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
