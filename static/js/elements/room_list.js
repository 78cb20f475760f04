// <room-list>: the sidebar's rooms and directs, kept true by frames and by `GET /api/rooms`.

import { paintMark } from "../helpers/marks.js";
import { otherPeople, roomName } from "../helpers/people.js";
import { arrange } from "../helpers/templates.js";
import { SECTIONS, isQuiet, isShown, mutedUntil, sectionOf } from "../models/sections.js";

export class RoomList extends HTMLElement {
  #links = new Map()
  #rooms = null

  start({ unread, drafts }) {
    Object.assign(this, { unread, drafts, me: this.dataset.me, current: this.dataset.current })
    for (const link of this.querySelectorAll(".room-link")) this.#links.set(link.dataset.roomId, link)
    this.show()
  }

  // All rooms, as the server orders them.
  set rooms(rooms) {
    this.#rooms = rooms
    this.show()
  }

  show() {
    if (this.#rooms) this.#arrange()
    for (const [id, link] of this.#links) this.#news(link, id)
  }

  // What holds the focus keeps it, wherever it goes.
  #arrange() {
    const focused = this.contains(document.activeElement) ? document.activeElement : null
    const shown = this.#rooms.filter((room) => isShown(room, this.current, this.unread.get(room.id).mentions))
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
    if (room.id === this.current) link.firstElementChild.setAttribute("aria-current", "page")
    const others = otherPeople(room, this.me)
    if (room.kind === "direct" && others.length === 1) link.querySelector(".presence").dataset.presenceOf = others[0].id
    this.#links.set(room.id, link)
    return link
  }

  #mark(mark, room) {
    if (room.kind === "direct" || mark.dataset.kind !== room.kind) paintMark(mark, room, this.me)
  }

  #news(link, id) {
    link.querySelector(".draft").hidden = id === this.current || !this.drafts.has(id)
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
}
customElements.define("room-list", RoomList)
