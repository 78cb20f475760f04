// The messages of a room that this page holds: a window without gaps, in order of seq. Plain state, no DOM.
//
// A message is the protocol's shape or what the server rendered of it: at least {id, seq, version}.

export const MOST = 300

export class Timeline {
  #messages = []
  #byId = new Map()
  #deleted = new Map()
  #held = null

  constructor({ messages = [], hasOlder = false, hasNewer = false } = {}) {
    this.replace({ messages, hasOlder, hasNewer })
  }

  get messages() { return this.#messages }
  get oldest() { return this.#messages[0] }
  get newest() { return this.#messages.at(-1) }
  get(id) { return this.#byId.get(id) }

  // Show another window. `messages` oldest first.
  replace({ messages, hasOlder, hasNewer }) {
    this.#messages = []
    this.#byId.clear()
    this.hasOlder = hasOlder
    this.hasNewer = hasNewer
    for (const message of messages) this.#insert(message)
  }

  // Apply a change. Says what it did: "added", "updated" or "ignored".
  apply(message) {
    if (message.deleted_at) return this.remove({ message_id: message.id, seq: message.seq, version: message.version })
    this.#held?.push(message)
    const held = this.#byId.get(message.id)
    if (held) return held.version < message.version ? this.#update(held, message) : "ignored"
    if ((this.#deleted.get(message.id) ?? 0) >= message.version || !this.#inside(message.seq)) return "ignored"
    this.#insert(message)
    return "added"
  }

  // Apply a deletion frame: "removed" or "ignored".
  remove({ message_id: id, version }) {
    this.#deleted.set(id, Math.max(version, this.#deleted.get(id) ?? 0))
    const held = this.#byId.get(id)
    if (!held || held.version >= version) return "ignored"
    this.#byId.delete(id)
    this.#messages.splice(this.#messages.indexOf(held), 1)
    return "removed"
  }

  // From here until `loaded` or `failed`, changes outside the window are kept: they may concern the page under way.
  loading() { this.#held = [] }
  failed() { this.#held = null }

  // Put a page (oldest first) at one end: side "older", "newer" or "anew". Answers the messages that came in.
  loaded(side, messages, { hasOlder = this.hasOlder, hasNewer = this.hasNewer } = {}) {
    const held = this.#held ?? []
    this.#held = null
    if (side === "anew") this.replace({ messages: [], hasOlder, hasNewer })
    if (side !== "newer") this.hasOlder = hasOlder
    if (side !== "older") this.hasNewer = hasNewer
    const added = messages.filter((message) => this.#fresh(message) && this.#insert(message))
    for (const message of held) this.apply(message)
    return added
  }

  // Drop what lies beyond `most` at one end, "older" or "newer"; answers what was dropped.
  trim(end, most = MOST) {
    const excess = this.#messages.length - most
    if (excess <= 0) return []
    const dropped = end === "older" ? this.#messages.splice(0, excess) : this.#messages.splice(-excess)
    for (const message of dropped) this.#byId.delete(message.id)
    if (end === "older") this.hasOlder = true
    else this.hasNewer = true
    return dropped
  }

  // The message below which one of `seq` belongs, undefined at the top.
  above(seq) {
    return this.#messages[this.#place(seq) - 1]
  }

  #fresh(message) {
    return !this.#byId.has(message.id) && (this.#deleted.get(message.id) ?? 0) < message.version
  }

  #inside(seq) {
    if (!this.#messages.length) return !this.hasNewer
    if (this.hasOlder && seq < this.oldest.seq) return false
    return !(this.hasNewer && seq > this.newest.seq)
  }

  #insert(message) {
    this.#byId.set(message.id, message)
    this.#messages.splice(this.#place(message.seq), 0, message)
    return true
  }

  #update(held, message) {
    this.#byId.set(message.id, message)
    this.#messages[this.#messages.indexOf(held)] = message
    return "updated"
  }

  #place(seq) {
    let low = 0
    let high = this.#messages.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#messages[middle].seq < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
