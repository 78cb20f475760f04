// How much is unread in each room. Counted from frames, set right by `GET /api/rooms` and `read_state`.

const QUIET = new Set(["nothing", "invisible"])

export class Unread {
  #rooms = new Map()

  constructor(me) {
    this.me = me
  }

  // Take the server's counts, unless frames newer than this answer have been counted already.
  set(room) {
    const held = this.#rooms.get(room.id)
    if (held && held.seq > room.seq) return
    const { involvement, unread_count: unread, mention_count: mentions } = room.membership
    this.#rooms.set(room.id, { seq: room.seq, unread, mentions, quiet: QUIET.has(involvement) })
  }

  forget(roomId) { this.#rooms.delete(roomId) }
  get(roomId) { return this.#rooms.get(roomId) ?? { seq: 0, unread: 0, mentions: 0, quiet: false } }

  // A message came to a room: `{room_id, seq, creator_id, mentions}`.
  count({ room_id: roomId, seq, creator_id: creatorId, mentions }) {
    const held = this.#rooms.get(roomId)
    if (!held || seq <= held.seq) return false
    held.seq = seq
    if (creatorId === this.me) return false
    held.unread += 1
    if (mentions?.includes(this.me)) held.mentions += 1
    return true
  }

  // The marker moved: `read_state`.
  read({ room_id: roomId, unread_count: unread, mention_count: mentions }) {
    const held = this.#rooms.get(roomId)
    if (held) Object.assign(held, { unread, mentions })
  }

  // For the title: everything unread outside quiet rooms, in which only mentions count.
  get total() {
    let total = 0
    for (const room of this.#rooms.values()) total += room.quiet ? room.mentions : room.unread
    return total
  }
}
