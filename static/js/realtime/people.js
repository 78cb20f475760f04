// Names for ids: those the page came with, the rest asked for once.

export class People {
  #known = new Map()
  #asked = new Set()

  constructor(people, load) {
    this.load = load
    for (const person of people) this.learn(person)
  }

  get(id) { return this.#known.get(id) }
  learn(person) { this.#known.set(person.id, person) }

  // Look up those of `ids` that are not known, then call `then`.
  async need(ids, then) {
    const missing = ids.filter((id) => !this.#known.has(id) && !this.#asked.has(id))
    if (!missing.length) return
    for (const id of missing) this.#asked.add(id)
    const found = await Promise.allSettled(missing.map((id) => this.load(id)))
    for (const { value } of found) if (value) this.learn(value)
    then()
  }
}
