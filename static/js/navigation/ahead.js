// Fetches what will probably be opened next: what the pointer rests on or presses, and rooms with something unread.

import { isInside, isPlain, roomAt } from "../models/links.js";
import { isQuiet } from "../models/sections.js";
import { AHEAD } from "../realtime/rooms.js";

const REST_MS = 65
const IDLE_MS = 1000

export class Ahead {
  #resting = null
  #isBusy = false
  #waiting = false

  constructor({ pages, visits, rooms, sidebar, unread, socket }) {
    Object.assign(this, { pages, visits, rooms, sidebar, unread, socket })
    document.addEventListener("pointerdown", (event) => this.#pressed(event), { passive: true })
    document.addEventListener("pointerover", (event) => this.#over(event), { passive: true })
    sidebar.addEventListener("rooms", () => this.#soon())
    sidebar.addEventListener("unread", () => this.#soon())
  }

  get #saves() { return navigator.connection?.saveData ?? false }

  #pressed(event) {
    clearTimeout(this.#resting)
    // A finger that comes down may only want to scroll.
    if (this.#saves && event.pointerType !== "mouse") return
    const link = event.target.closest?.("a[href]")
    if (link && isPlain(event, link)) this.#fetch(link.href)
  }

  #over(event) {
    clearTimeout(this.#resting)
    const link = event.target.closest?.("a[href]")
    if (!link || event.pointerType !== "mouse" || this.#saves) return
    this.#resting = setTimeout(() => this.#rest(link.href), REST_MS)
  }

  // One at a time: a browser asks a server for few things at once, and what is clicked is not to wait for them.
  async #rest(url) {
    if (this.#isBusy) return
    this.#isBusy = true
    await this.#fetch(url)
    this.#isBusy = false
  }

  #fetch(url) {
    if (!isInside(url, location.href) || url === location.href) return
    const room = roomAt(url)
    if (!room || !this.visits.remembered(room.id)) return this.pages.ahead(url)
  }

  #soon() {
    if (this.#waiting || this.#saves) return
    this.#waiting = true
    const idle = window.requestIdleCallback ?? setTimeout
    setTimeout(() => idle(() => this.#next()), IDLE_MS)
  }

  // One at a time, the next when there is nothing to do again. What nobody went into and is read by now makes room.
  async #next() {
    for (const id of this.rooms.ahead) if (!this.unread.get(id).unread) this.rooms.forget(id)
    const room = this.sidebar.rooms.find((one) => this.#isWanted(one))
    const canGo = room && this.rooms.ahead.length < AHEAD && this.socket.isOpen && !document.hidden
    if (canGo) await this.#keep(`${location.origin}/rooms/${room.id}`)
    this.#waiting = false
    if (canGo) this.#soon()
  }

  #isWanted({ id, membership }) {
    return this.unread.get(id).unread > 0 && !isQuiet(membership, Date.now()) && !this.rooms.get(id) && !this.#failed.has(id)
  }
  #failed = new Set()

  async #keep(url) {
    const { id } = roomAt(url)
    try {
      const part = await this.pages.load(url)
      if (!this.rooms.get(id)) this.visits.keepAhead(part)
    } catch {
      // Whoever goes there sees why.
      this.#failed.add(id)
    }
  }
}
