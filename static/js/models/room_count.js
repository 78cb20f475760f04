// What is unread in one room: an answer of the server, true at the version it names, and the frames that came after it.
//
// Frames are counted in order of version. What they leave open, a hole in the versions or a mention that may have come
// or gone, waits for another answer: until then the room is not sure.

const KEPT = 100

export class RoomCount {
  version = 0
  seq = 0
  marker = 0
  unread = 0
  mentions = 0
  #latest = 0
  #frames = new Map()

  constructor(me) { this.me = me }

  get isSure() { return this.#latest <= this.version }

  // `{version, seq, last_read_seq, unread_count, mention_count}`; frames newer than it are counted on top.
  answer({ version, seq, last_read_seq: marker, unread_count: unread, mention_count: mentions }) {
    this.#latest = Math.max(this.#latest, this.version)
    Object.assign(this, { version, seq, marker, unread, mentions })
    this.#advance()
  }

  // `{version, seq, change, creator_id?, mentions?}`, as in `room_activity`.
  take(frame) {
    if (frame.version <= this.version) return
    this.#latest = Math.max(this.#latest, frame.version)
    this.#frames.set(frame.version, frame)
    if (this.#frames.size > KEPT) this.#frames.delete(this.#frames.keys().next().value)
    this.#advance()
  }

  #advance() {
    for (let frame; (frame = this.#frames.get(this.version + 1)) && this.#count(frame); ) this.version += 1
  }

  // Whether the frame leaves nothing open.
  #count({ seq, change, creator_id: creator, mentions }) {
    if (change === "room") return true
    const isNew = seq > this.seq
    this.seq = Math.max(this.seq, seq)
    if (creator === this.me || seq <= this.marker) return true
    const named = Boolean(mentions?.includes(this.me))
    if (isNew) return this.#add(change, named)
    if (named || this.mentions || (change === "delete" && !creator && this.unread)) return false
    if (change === "delete") this.unread = Math.max(this.unread - 1, 0)
    return true
  }

  #add(change, named) {
    if (change === "delete") return true
    this.unread += 1
    this.mentions += Number(named)
    return true
  }
}
