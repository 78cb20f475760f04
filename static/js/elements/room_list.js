// <room-list>: the sidebar's rooms and directs, kept true by frames and by `GET /api/rooms`.
//
// It is there once, whatever is opened, and what happens in one room is shown at that room's link alone.

import { paintMark } from "../helpers/marks.js";
import { otherPeople, roomName } from "../helpers/people.js";
import { arrange } from "../helpers/templates.js";
import { word } from "../helpers/words.js";
import { SECTIONS, isQuiet, isShown, mutedUntil, sectionOf } from "../models/sections.js";

export class RoomList extends HTMLElement {
  #links = new Map()
  #rooms = null
  #current = ""
  #looking = false

  start({ unread, drafts, outbox }) {
    Object.assign(this, { unread, drafts, outbox, me: this.dataset.me })
    this.#current = this.dataset.current
    for (const link of this.querySelectorAll(".room-link")) this.#links.set(link.dataset.roomId, link)
    for (const side of ["above", "below"]) this.#more(side).addEventListener("click", () => this.#go(side))
    this.addEventListener("scroll", () => this.#look(), { passive: true })
    new ResizeObserver(() => this.#look()).observe(this)
    drafts.addEventListener("change", ({ detail }) => this.showRoom(detail))
    outbox.addEventListener("failed", ({ detail }) => this.showRoom(detail))
    this.show()
  }

  has(id) { return this.#links.has(id) }

  // What the list shows of a room, for as long as the rooms have not been asked for.
  outline(id) {
    const link = this.#links.get(id)
    return link && { id, name: link.querySelector(".room-name").textContent, kind: link.querySelector(".mark").dataset.kind, topic: "" }
  }

  // The id of the room that is open, empty on other pages.
  get current() { return this.#current }
  set current(id) {
    const before = this.#current
    this.#current = id
    for (const one of [before, id]) this.#markCurrent(one)
    if (this.#rooms?.some((room) => [before, id].includes(room.id) && room.membership.involvement === "invisible")) this.#arrange()
    for (const one of [before, id]) this.showRoom(one)
    if (before !== id) this.#links.get(id)?.scrollIntoView({ block: "nearest" })
  }

  #markCurrent(id) {
    const link = this.#links.get(id)?.querySelector("a")
    if (id === this.#current) link?.setAttribute("aria-current", "page")
    else link?.removeAttribute("aria-current")
  }

  // All rooms, as the server orders them.
  set rooms(rooms) {
    this.#rooms = rooms
    this.show()
  }

  show() {
    if (this.#rooms) this.#arrange()
    for (const [id, link] of this.#links) this.#news(link, id)
    this.#look()
  }

  // Something has changed in one room.
  showRoom(id) {
    const link = this.#links.get(id)
    if (!link) return
    this.#news(link, id)
    // Somebody was named in a hidden room, or the last such message was read.
    const room = this.#rooms?.find((one) => one.id === id)
    if (room?.membership.involvement === "invisible") this.#arrange()
    this.#look()
  }

  // What holds the focus keeps it, wherever it goes.
  #arrange() {
    const focused = this.contains(document.activeElement) ? document.activeElement : null
    const shown = this.#rooms.filter((room) => isShown(room, this.#current, this.unread.get(room.id).mentions))
    for (const name of SECTIONS) {
      const list = this.querySelector(`[data-list=${name}]`)
      arrange(list, shown.filter((room) => sectionOf(room) === name).map((room) => this.#link(room)))
      if (name === "starred") list.parentElement.hidden = !list.children.length
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus()
  }

  #link(room) {
    const link = this.#links.get(room.id) ?? this.#make(room)
    const name = link.querySelector(".room-name")
    const text = roomName(room, this.me)
    if (name.textContent !== text) name.textContent = text
    this.#mark(link.querySelector(".mark"), room)
    link.classList.toggle("muted", isQuiet(room.membership, Date.now()))
    link.querySelector(".quiet-mark").hidden = !mutedUntil(room.membership, Date.now())
    return link
  }

  #make(room) {
    const link = this.querySelector("#room-link").content.firstElementChild.cloneNode(true)
    link.dataset.roomId = room.id
    link.firstElementChild.href = `/rooms/${room.id}`
    const others = otherPeople(room, this.me)
    if (room.kind === "direct" && others.length === 1) link.querySelector(".presence").dataset.presenceOf = others[0].id
    this.#links.set(room.id, link)
    this.#markCurrent(room.id)
    return link
  }

  #mark(mark, room) {
    if (room.kind === "direct" || mark.dataset.kind !== room.kind) paintMark(mark, room, this.me)
  }

  #news(link, id) {
    link.querySelector(".not-sent").hidden = !this.outbox.hasFailed(id)
    link.querySelector(".draft").hidden = id === this.#current || !this.drafts.has(id)
    // Until the rooms have been asked for, the server's page knows more.
    if (this.unread.has(id)) this.#count(link, this.unread.get(id))
  }

  #count(link, { unread, mentions }) {
    link.classList.toggle("unread", unread > 0)
    this.#number(link.querySelector(".count"), mentions ? 0 : unread)
    this.#number(link.querySelector(".badge"), mentions)
  }

  #number(element, number) {
    element.hidden = !number
    element.querySelector(".number").textContent = number || ""
  }

  #more(side) { return this.querySelector(`.more-unread.${side}`) }

  // Unread rooms out of view are counted once a frame, however much has changed.
  #look() {
    if (this.#looking) return
    this.#looking = true
    requestAnimationFrame(() => {
      this.#looking = false
      for (const side of ["above", "below"]) this.#offer(side, this.#unseen(side).length)
    })
  }

  #offer(side, count) {
    const button = this.#more(side)
    button.hidden = !count
    const text = count ? word(`unread_${side}`, { count }) : ""
    if (button.textContent !== text) button.textContent = text
  }

  // The unread rooms that are out of view at one side, from the top down.
  #unseen(side) {
    const { top, bottom, height } = this.getBoundingClientRect()
    if (!height) return []
    return [...this.querySelectorAll(".room-link.unread:not(.muted)")].filter((link) => {
      const box = link.getBoundingClientRect()
      return side === "above" ? box.bottom <= top : box.top >= bottom
    })
  }

  #go(side) {
    const unseen = this.#unseen(side)
    const link = side === "above" ? unseen.at(-1) : unseen[0]
    link?.scrollIntoView({ block: "center" })
    link?.querySelector("a").focus({ preventScroll: true })
  }
}
customElements.define("room-list", RoomList)
