// What has been written and is not acknowledged yet, kept across reloads, for all rooms of one person.
//
// An entry: {clientMessageId, roomId, content, createdAt, state, reason?, retryAt?}. State "queued" waits for its turn,
// "sending" waits for the acknowledgement, "failed" waits for the person. One message of a room is under way at a
// time, so that they arrive in order; the server makes a repeat with the same id harmless.
// Events: "change", and "failed" (detail: the room) when one fails, or one that had failed goes on or away.

export class Outbox extends EventTarget {
  #entries = []
  #store
  #prefix

  // `store` keeps each entry under a key of its own, so that two tabs do not overwrite each other's.
  constructor(store, userId) {
    super()
    this.#store = store
    this.#prefix = `outbox:${userId}:`
    const kept = store.keys(this.#prefix).map((key) => store.get(key)).filter((entry) => entry?.clientMessageId)
    this.#entries = kept.map((entry) => (entry.state === "sending" ? { ...entry, state: "queued" } : entry))
    this.#entries.sort((one, other) => one.createdAt - other.createdAt)
  }

  of(roomId) { return this.#entries.filter((entry) => entry.roomId === roomId) }
  get(clientMessageId) { return this.#entries.find((entry) => entry.clientMessageId === clientMessageId) }
  hasFailed(roomId) { return this.of(roomId).some((entry) => entry.state === "failed") }
  get size() { return this.#entries.length }

  add(entry) {
    this.#entries.push({ state: "queued", ...entry })
    this.#keep(entry.clientMessageId)
  }

  // The next entries to send at `now`: of each room the first, unless one of it is under way or must wait.
  due(now) {
    const rooms = new Set()
    return this.#entries.filter((entry) => {
      if (entry.state === "failed" || rooms.has(entry.roomId)) return false
      rooms.add(entry.roomId)
      return entry.state === "queued" && (entry.retryAt ?? 0) <= now
    })
  }

  // When the earliest waiting entry may be tried again, null if none waits.
  get wakeAt() {
    const times = this.#entries.filter((entry) => entry.state === "queued" && entry.retryAt).map((entry) => entry.retryAt)
    return times.length ? Math.min(...times) : null
  }

  sending(clientMessageId) { this.#set(clientMessageId, { state: "sending", reason: undefined, retryAt: undefined }) }
  wait(clientMessageId, retryAt, reason) { this.#set(clientMessageId, { state: "queued", retryAt, reason }) }
  fail(clientMessageId, reason) { this.#set(clientMessageId, { state: "failed", reason, retryAt: undefined }) }
  retry(clientMessageId) { this.#set(clientMessageId, { state: "queued", reason: undefined, retryAt: undefined }) }

  // The connection is gone: what was under way has to be asked again.
  disconnected() {
    const waiting = this.#entries.filter((entry) => entry.state === "sending")
    for (const entry of waiting) this.retry(entry.clientMessageId)
  }

  // Acknowledged, seen in the timeline, or discarded, here or in another tab.
  remove(clientMessageId) {
    const entry = this.get(clientMessageId)
    if (!entry) return
    this.#entries = this.#entries.filter((entry) => entry.clientMessageId !== clientMessageId)
    this.#store.remove(this.#prefix + clientMessageId)
    this.dispatchEvent(new Event("change"))
    if (entry.state === "failed") this.#tellFailed(entry)
  }

  // Another tab has removed what is kept under `key`.
  removedElsewhere(key) {
    if (key?.startsWith(this.#prefix)) this.remove(key.slice(this.#prefix.length))
  }

  #set(clientMessageId, fields) {
    const entry = this.get(clientMessageId)
    if (!entry) return
    const was = entry.state
    Object.assign(entry, fields)
    this.#keep(clientMessageId)
    if ((was === "failed") !== (entry.state === "failed")) this.#tellFailed(entry)
  }

  #tellFailed({ roomId }) { this.dispatchEvent(new CustomEvent("failed", { detail: roomId })) }

  #keep(clientMessageId) {
    this.#store.set(this.#prefix + clientMessageId, this.get(clientMessageId))
    this.dispatchEvent(new Event("change"))
  }
}
