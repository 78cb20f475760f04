// The clock of one room as this page has seen it (docs: the room clock). `cursor` is the version up to which nothing
// is missing; versions above it are remembered until those between have come.

export const HOLE_MS = 500

export class RoomClock {
  #above = new Set()
  #heard = 0
  #holeSince = null

  constructor(cursor = 0) {
    this.cursor = cursor
  }

  // A change with this version has been applied at `now` (milliseconds).
  saw(version, now) {
    if (version <= this.cursor) return
    this.#above.add(version)
    this.#advance(now)
  }

  // The server says that the room stands at `version`, which need not have come here.
  told(version, now) {
    this.#heard = Math.max(this.#heard, version)
    this.#advance(now)
  }

  // Everything up to `version` is here: a finished catch-up, or a window loaded anew.
  raise(version, now) {
    if (version > this.cursor) this.cursor = version
    this.#holeSince = null
    this.#advance(now)
  }

  // The time from which a catch-up is due, null while nothing is missing.
  get dueAt() {
    return this.#holeSince === null ? null : this.#holeSince + HOLE_MS
  }

  #advance(now) {
    while (this.#above.delete(this.cursor + 1)) this.cursor += 1
    for (const version of this.#above) if (version <= this.cursor) this.#above.delete(version)
    if (this.#above.size || this.#heard > this.cursor) this.#holeSince ??= now
    else this.#holeSince = null
  }
}
