// The sidebar's truth: `GET /api/rooms` after each welcome, frames in between.
//
// Events: "rooms" (detail: all of them), "membership" (detail: a room that stands otherwise to the reader now),
// "person" (detail: somebody with another name), "unread" (the counts have changed).

import { inOrder } from "../models/sections.js";

const AGAIN_MS = 5000
// setTimeout knows no more than 24 days.
const LONGEST_TIMER_MS = 86_400_000
const DOUBT_MS = 300

export class Sidebar extends EventTarget {
  #rooms = new Map()
  #loading = null

  constructor({ socket, unread, drafts, outbox, list, loadRooms }) {
    super()
    Object.assign(this, { unread, list, loadRooms })
    list.start({ unread, drafts, outbox })
    socket.addEventListener("welcome", () => this.load())
    socket.addEventListener("frame", ({ detail }) => this[`_${detail.type}`]?.(detail))
  }

  get(roomId) { return this.#rooms.get(roomId) }
  get rooms() { return [...this.#rooms.values()] }

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
    this.#rooms = new Map(inOrder(rooms).map((room) => [room.id, room]))
    this.unread.keep(this.#rooms)
    for (const room of rooms) this.unread.set(room)
    this.#changed()
    this.#makeSure()
    this.dispatchEvent(new CustomEvent("rooms", { detail: rooms }))
  }

  // The list is shown anew: rooms came or went, changed their names or their places.
  #changed() {
    this.list.rooms = [...this.#rooms.values()]
    this.show()
  }

  // How a room stands to the reader: told by a frame, or by the answer to what this page asked for.
  involve(roomId, membership) {
    const room = this.#rooms.get(roomId)
    if (!room) return this.#soon()
    room.membership = membership
    this.unread.involve(roomId, membership)
    this.#changed()
    this.dispatchEvent(new CustomEvent("membership", { detail: room }))
  }

  show() {
    this.list.show()
    this.#told()
  }

  #told() {
    this.#wake()
    this.dispatchEvent(new Event("unread"))
  }

  // A mute ends by itself.
  #wake() {
    clearTimeout(this.waking)
    const { nextEnd } = this.unread
    if (nextEnd) this.waking = setTimeout(() => this.show(), Math.min(nextEnd - Date.now() + 50, LONGEST_TIMER_MS))
  }

  _room_activity(frame) {
    // One that is not among ours may just have been brought back.
    if (frame.change === "room") this.#soon()
    // While all rooms are being asked for, the answer may be older than this.
    if (!this.#rooms.has(frame.room_id)) return void (this.again ||= Boolean(this.#loading))
    this.#count(frame)
  }

  _new_message({ message }) { this.#count({ ...message, change: "message" }) }
  _message_sent({ message }) { this.#count({ ...message, change: "message" }) }
  _message_updated({ message }) { this.#count({ ...message, change: "update" }) }
  _message_deleted(frame) { this.#count({ ...frame, change: "delete" }) }

  #count(frame) {
    if (this.unread.count(frame)) this.#counted(frame.room_id)
    this.#makeSure()
  }

  #counted(roomId) {
    this.list.showRoom(roomId)
    this.#told()
  }

  _read_state(frame) {
    this.unread.read(frame)
    this.#counted(frame.room_id)
    this.#makeSure()
    // The answer under way may have been counted before the marker moved.
    this.again ||= Boolean(this.#loading)
  }

  // A hole closes by itself where an acknowledgement is overtaken by the frame after it.
  #makeSure() {
    if (this.unread.isSure) return
    clearTimeout(this.doubt)
    this.doubt = setTimeout(() => this.unread.isSure || this.load(), DOUBT_MS)
  }

  _room_updated({ room, version }) {
    if (room) this.#count({ room_id: room.id, version, seq: 0, change: "room" })
    this.#soon()
  }

  _room_added() { this.#soon() }
  _resync() { this.#soon() }
  _user_left_workspace() { this.#soon() }
  _membership_updated({ room_id: roomId, membership }) { this.involve(roomId, membership) }

  _room_removed({ room_id: roomId }) {
    if (this.#rooms.delete(roomId)) this.unread.keep(this.#rooms)
    this.#changed()
    this.#soon()
  }

  _user_updated({ user }) {
    const known = this.rooms.flatMap((room) => room.people ?? [])
    for (const person of known) if (person.id === user?.id) Object.assign(person, user)
    this.#changed()
    this.dispatchEvent(new CustomEvent("person", { detail: user }))
  }

  #soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.load(), 200)
  }
}
