// The rooms that live on in memory: those that were open last, and a few that were fetched ahead. Hands each its frames.

import { Pace } from "../models/pace.js";

export const KEPT = 20
export const AHEAD = 5
// Who joins a room is seen by everybody in it.
const RUN_MS = 200

export class Rooms {
  // Oldest first.
  #rooms = new Map()
  #ahead = new Set()
  #pace = new Pace(RUN_MS)
  #joining = null

  constructor(socket) {
    socket.addEventListener("frame", ({ detail }) => this.#received(detail))
    socket.addEventListener("welcome", () => this.#each((room) => room.feed.join()))
    socket.addEventListener("state", () => socket.isOpen || this.#each((room) => room.lost()))
  }

  get(id) { return this.#rooms.get(id) }
  get all() { return [...this.#rooms.values()] }
  get ahead() { return [...this.#ahead] }

  // Somebody has gone into the room: it is the last to be forgotten.
  open(room) {
    this.#ahead.delete(room.id)
    this.#rooms.delete(room.id)
    this.#rooms.set(room.id, room)
    this.#forgetOldest(KEPT)
  }

  // Hear what happens in the room, and be seen in it: not in those that one only runs through.
  join(room) {
    clearTimeout(this.#joining)
    const now = Date.now()
    const wait = this.#pace.wait(now)
    this.#pace.arrived(now)
    if (wait) this.#joining = setTimeout(() => room.feed.open(), wait)
    else room.feed.open()
  }

  leave(room) {
    clearTimeout(this.#joining)
    room.feed.close()
  }

  // A room that nobody has gone into yet.
  fetchedAhead(room) {
    this.#rooms.set(room.id, room)
    this.#ahead.add(room.id)
  }

  forget(id) {
    this.#rooms.get(id)?.feed.close()
    this.#rooms.delete(id)
    this.#ahead.delete(id)
  }

  #forgetOldest(most) {
    const opened = [...this.#rooms.keys()].filter((id) => !this.#ahead.has(id))
    for (const id of opened.slice(0, -most)) this.forget(id)
  }

  #received(frame) {
    if (frame.type === "pong") return this.#each((room) => room.feed.isOpen && room.received(frame))
    const room = this.#rooms.get(frame.room_id ?? frame.message?.room_id)
    if (!room) return
    const { isOpen } = room.feed
    room.received(frame)
    if (room.feed.gone && !isOpen) this.forget(room.id)
  }

  #each(act) {
    for (const room of [...this.#rooms.values()]) act(room)
  }
}
