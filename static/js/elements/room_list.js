// <room-list>: the sidebar's rooms and directs, kept true by frames and by `GET /api/rooms`.

import { initials, hue, otherPeople, roomName } from "../helpers/people.js";
import { arrange } from "../helpers/templates.js";

const QUIET = new Set(["nothing", "invisible"])

export class RoomList extends HTMLElement {
  #links = new Map()

  start({ unread, drafts }) {
    Object.assign(this, { unread, drafts, me: this.dataset.me, current: this.dataset.current })
    for (const link of this.querySelectorAll(".room-link")) this.#links.set(link.dataset.roomId, link)
    this.counts()
  }

  // All rooms, as the server orders them.
  set rooms(rooms) {
    for (const name of ["named", "directs"]) {
      const nodes = rooms.filter((room) => (room.kind === "direct") === (name === "directs")).map((room) => this.#link(room))
      arrange(this.querySelector(`[data-list=${name}]`), nodes)
    }
    this.counts()
  }

  counts() {
    for (const [id, link] of this.#links) this.#count(link, this.unread.get(id))
  }

  #link(room) {
    const link = this.#links.get(room.id) ?? this.#make(room)
    link.querySelector(".room-name").textContent = roomName(room, this.me)
    link.classList.toggle("muted", QUIET.has(room.membership.involvement))
    return link
  }

  #make(room) {
    const link = this.querySelector("#room-link").content.firstElementChild.cloneNode(true)
    link.dataset.roomId = room.id
    link.firstElementChild.href = `/rooms/${room.id}`
    if (room.id === this.current) link.firstElementChild.setAttribute("aria-current", "page")
    this.#mark(link.querySelector(".mark"), room)
    this.#links.set(room.id, link)
    return link
  }

  #mark(mark, room) {
    if (room.kind === "open") mark.textContent = "#"
    if (room.kind === "closed") mark.append(this.querySelector("template#lock")?.content.cloneNode(true) ?? "")
    if (room.kind !== "direct") return
    const person = otherPeople(room, this.me)[0]
    const face = document.createElement("span")
    face.className = `face tiny ${hue(person?.id)}`
    face.textContent = initials(person?.name)
    mark.append(face)
  }

  #count(link, { unread, mentions }) {
    link.classList.toggle("unread", unread > 0)
    this.#number(link.querySelector(".count"), mentions ? 0 : unread)
    this.#number(link.querySelector(".badge"), mentions)
    const isCurrent = link.dataset.roomId === this.current
    link.querySelector(".draft").hidden = isCurrent || !this.drafts.has(link.dataset.roomId)
  }

  #number(element, number) {
    element.hidden = !number
    element.querySelector(".number").textContent = number || ""
  }
}
customElements.define("room-list", RoomList)
