// How much is unread in each room. Counted from frames, set right by `GET /api/rooms` and `read_state`.

import { RoomCount } from "./room_count.js";
import { isQuiet, mutedUntil } from "./sections.js";

export class Unread {
  #rooms = new Map()

  constructor(me, now = Date.now) {
    Object.assign(this, { me, now })
  }

  // Take the server's counts; frames newer than this answer are counted on top.
  set({ id, version, seq, membership }) {
    const held = this.#rooms.get(id) ?? new RoomCount(this.me)
    this.#rooms.set(id, held)
    held.answer({ ...membership, version, seq })
    held.membership = membership
  }

  // How the room stands to the reader has changed: its level, or until when it is muted.
  involve(roomId, membership) {
    const held = this.#rooms.get(roomId)
    if (held) held.membership = membership
  }

  // Only these rooms are there: anything that knows them by id.
  keep(rooms) { for (const id of this.#rooms.keys()) if (!rooms.has(id)) this.#rooms.delete(id) }
  has(roomId) { return this.#rooms.has(roomId) }
  get(roomId) { return this.#rooms.get(roomId) ?? { seq: 0, unread: 0, mentions: 0, membership: {} } }

  // Something happened in a room: `{room_id, version, seq, change, creator_id?, mentions?}`. Whether the counts changed.
  count(frame) {
    const held = this.#rooms.get(frame.room_id)
    if (!held) return false
    const { unread, mentions } = held
    held.take(frame)
    return held.unread !== unread || held.mentions !== mentions
  }

  // The marker moved: `read_state`.
  read(frame) { this.#rooms.get(frame.room_id)?.answer(frame) }

  // Whether nothing is left open that only another answer can settle.
  get isSure() { return [...this.#rooms.values()].every((room) => room.isSure) }

  // For the title: everything unread outside quiet rooms, in which only mentions count.
  get total() {
    let total = 0
    for (const room of this.#rooms.values()) total += isQuiet(room.membership, this.now()) ? room.mentions : room.unread
    return total
  }

  // When the next mute is over, in milliseconds; null while nothing is muted.
  get nextEnd() {
    const ends = [...this.#rooms.values()].map((room) => mutedUntil(room.membership, this.now())).filter(Boolean)
    return ends.length ? Math.min(...ends) : null
  }
}
