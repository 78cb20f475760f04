// What is half-written in each room, kept across reloads.

export class Drafts {
  #store
  #prefix

  constructor(store, userId) {
    this.#store = store
    this.#prefix = `draft:${userId}:`
  }

  get(roomId) { return this.#store.get(this.#prefix + roomId) ?? "" }

  set(roomId, text) {
    if (text.trim()) this.#store.set(this.#prefix + roomId, text)
    else this.#store.remove(this.#prefix + roomId)
  }

  has(roomId) { return this.get(roomId) !== "" }
}
