// The head of the room page and what follows from it: name, topic, kind, star, mute, archive, and being in it at all.

import { paintMark } from "../helpers/marks.js";
import { roomName } from "../helpers/people.js";
import { word } from "../helpers/words.js";
import { mutedUntil } from "../models/sections.js";

const find = (id) => document.getElementById(id)

export class RoomHeader {
  #gone = false

  constructor({ room, me, feed, socket, sidebar, composer, announcer, api }) {
    Object.assign(this, { room, me, feed, sidebar, composer, announcer, api })
    this.star = find("star-form")
    feed.addEventListener("room", ({ detail }) => this.#changed(detail))
    feed.addEventListener("gone", () => (this.#gone = true))
    sidebar.addEventListener("rooms", ({ detail }) => this.#compare(detail))
    sidebar.addEventListener("membership", ({ detail }) => detail.id === room.id && this.#involved(detail.membership))
    sidebar.addEventListener("person", () => this.#name())
    socket.addEventListener("frame", ({ detail }) => this.#received(detail))
    this.star.addEventListener("submit", (event) => this.#toggle(event))
    this.#wake()
  }

  // Whoever is brought in again finds the room, and the draft, as a fresh page has them.
  #received({ type, room }) {
    if (type === "room_added" && room?.id === this.room.id && this.#gone) location.reload()
  }

  // The list has no archived rooms, and none that one is not in: which of the two is asked for.
  async #compare(rooms) {
    const found = rooms.find((room) => room.id === this.room.id)
    if (found) return this.#take(found)
    if (this.#gone) return
    try {
      this.#take(await this.api.room(this.room.id))
    } catch (error) {
      if (error.status === 404 && !this.#gone) this.feed.leave("removed")
    }
  }

  #take(room) {
    if (room.version >= this.room.version) this.#changed(room)
    this.#involved(room.membership)
  }

  // A room as a frame shows it, which says nothing of how it stands to the reader.
  #changed({ name, topic, kind, archived_at, version }) {
    const was = this.room.archived_at
    Object.assign(this.room, { name, topic, kind, archived_at, version })
    const shown = find("room-topic")
    if (shown.textContent !== topic) shown.textContent = topic
    if (kind !== "direct" && find("room-mark").dataset.kind !== kind) paintMark(find("room-mark"), this.room, this.me.id)
    this.#name()
    if (Boolean(was) !== Boolean(archived_at)) this.#archived(Boolean(archived_at))
  }

  #name() {
    const name = roomName(this.room, this.me.id)
    if (find("room-name").textContent === name) return
    find("room-name").textContent = name
    find("main").setAttribute("aria-label", name)
    this.composer.label = word("message_to", { name })
    this.sidebar.show()
  }

  // The box goes, with what was written kept in it, and comes back with the room.
  #archived(isArchived) {
    const hadFocus = find("foot").contains(document.activeElement)
    find("foot").hidden = isArchived
    find("archived").hidden = !isArchived
    if (isArchived && hadFocus) (find("archived").querySelector("button") ?? find("main")).focus()
  }

  #involved(membership) {
    this.room.membership = membership
    this.#starred(membership.starred)
    find("room-quiet").hidden = !mutedUntil(membership, Date.now())
    this.#wake()
  }

  #wake() {
    clearTimeout(this.waking)
    const until = mutedUntil(this.room.membership, Date.now())
    const over = () => this.#involved(this.room.membership)
    if (until) this.waking = setTimeout(over, Math.min(until - Date.now() + 50, 86_400_000))
  }

  #starred(isStarred) {
    const button = this.star.querySelector("button")
    button.setAttribute("aria-pressed", isStarred)
    button.value = !isStarred
  }

  // Shown at once; taken back if the server would not have it.
  async #toggle(event) {
    event.preventDefault()
    const before = this.room.membership
    const starred = !before.starred
    this.sidebar.involve(this.room.id, { ...before, starred })
    this.#involved({ ...before, starred })
    try {
      await this.api.updateMembership(this.room.id, { starred }, this.star.csrfmiddlewaretoken.value)
    } catch {
      this.sidebar.involve(this.room.id, before)
      this.#involved(before)
      this.announcer.show(word("failed"))
    }
  }
}
