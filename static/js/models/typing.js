// Who is typing, and how often to say that one is (product: at most once in 3 s, gone 5 s after the last).

export const GONE_MS = 5000
export const EVERY_MS = 3000

export class Typists {
  #until = new Map()

  set(userId, isTyping, now) {
    if (isTyping) this.#until.set(userId, now + GONE_MS)
    else this.#until.delete(userId)
  }

  // The ids of those who type at `now`, longest first.
  at(now) {
    for (const [userId, until] of this.#until) if (until <= now) this.#until.delete(userId)
    return [...this.#until.keys()]
  }

  clear() { this.#until.clear() }
}

export class OwnTyping {
  #saidAt = null

  // What to tell the others when the box holds `text` at `now`: true, false, or null for nothing.
  changed(text, now) {
    if (!text.trim()) return this.stop()
    if (this.#saidAt !== null && now - this.#saidAt < EVERY_MS) return null
    this.#saidAt = now
    return true
  }

  stop() {
    if (this.#saidAt === null) return null
    this.#saidAt = null
    return false
  }
}
