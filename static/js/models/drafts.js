// What is half-written in each room, kept across reloads. Event "change" (detail: the room) when one begins or ends.

export class Drafts extends EventTarget {
  #store
  #prefix

  constructor(store, userId) {
    super()
    this.#store = store
    this.#prefix = `draft:${userId}:`
  }

  get(roomId) { return this.#store.get(this.#prefix + roomId) ?? "" }

  set(roomId, text) {
    const before = this.has(roomId)
    if (text.trim()) this.#store.set(this.#prefix + roomId, text)
    else this.#store.remove(this.#prefix + roomId)
    if (this.has(roomId) !== before) this.dispatchEvent(new CustomEvent("change", { detail: roomId }))
  }

  has(roomId) { return this.get(roomId) !== "" }
}
