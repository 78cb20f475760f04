// The sidebar's truth: `GET /api/rooms` after each welcome, frames in between. On a page without a room, `room` is null.

import { roomName } from "../helpers/people.js";
import { showUnread } from "../helpers/title.js";

const AGAIN_MS = 5000

export class Sidebar {
  #rooms = new Map()
  #loading = null

  constructor({ socket, unread, drafts, outbox, list, room, me, loadRooms }) {
    Object.assign(this, { unread, list, room, me, loadRooms })
    if (room) unread.set(room)
    list.start({ unread, drafts })
    socket.addEventListener("welcome", () => this.load())
    socket.addEventListener("frame", ({ detail }) => this[`_${detail.type}`]?.(detail))
  }

  // Ask for all rooms; a question asked while one is under way is answered by asking once more.
  async load() {
    if (this.#loading) return (this.again = true)
    this.#loading = this.loadRooms()
    try {
      this.#take(await this.#loading)
    } catch (error) {
      if (error.status !== 401) setTimeout(() => this.load(), AGAIN_MS)
    }
    this.#loading = null
    if (this.again) this.load((this.again = false))
  }

  #take(rooms) {
    for (const id of this.#rooms.keys()) if (!rooms.some((room) => room.id === id)) this.unread.forget(id)
    this.#rooms = new Map(rooms.map((room) => [room.id, room]))
    for (const room of rooms) this.unread.set(room)
    this.list.rooms = rooms
    this.show()
  }

  show() {
    this.list.counts()
    if (!this.room) return showUnread(this.unread.total)
    showUnread(this.unread.total, `${roomName(this.room, this.me.id)} – Campfire`)
    const elsewhere = this.unread.total - this.unread.get(this.room.id).unread
    document.querySelector(".back-badge").hidden = elsewhere <= 0
  }

  _room_activity(frame) {
    if (!this.#rooms.has(frame.room_id)) return
    if (frame.change === "room" || frame.change === "delete") this.#soon()
    if (frame.change === "message" && this.unread.count(frame)) this.show()
  }

  _new_message({ message }) { this.#count(message) }
  _message_sent({ message }) { this.#count(message) }

  #count({ room_id, seq, creator_id, mentions }) {
    if (this.unread.count({ room_id, seq, creator_id, mentions })) this.show()
  }

  _read_state(frame) {
    this.unread.read(frame)
    this.show()
  }

  _room_updated({ room }) {
    if (this.room && room?.id === this.room.id) this.#renamed(room)
    this.#soon()
  }

  #renamed(room) {
    Object.assign(this.room, { name: room.name, topic: room.topic })
    document.getElementById("room-name").textContent = roomName(this.room, this.me.id)
    document.getElementById("room-topic").textContent = room.topic
  }

  _room_added() { this.#soon() }
  _room_removed() { this.#soon() }
  _membership_updated() { this.#soon() }
  _resync() { this.#soon() }

  #soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.load(), 200)
  }
}
