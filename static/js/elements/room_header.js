// The head of the room page and what follows from it: name, topic, kind, star, mute, archive, and being in it at all.

import { paintMark } from "../helpers/marks.js";
import { roomName } from "../helpers/people.js";
import { word } from "../helpers/words.js";
import { mutedUntil } from "../models/sections.js";

export class RoomHeader {
  constructor({ room, main, me, sidebar, composer, announcer, api, onName }) {
    Object.assign(this, { room: room.info, feed: room.feed, main, me, sidebar, composer, announcer, api, onName })
    this.star = this.#find("star-form")
    room.feed.addEventListener("room", ({ detail }) => this.#changed(detail))
    this.star.addEventListener("submit", (event) => this.#toggle(event))
  }

  // It is in the page, until `signal`: what was heard of the room meanwhile shows.
  show(signal) {
    const { sidebar } = this
    sidebar.addEventListener("rooms", ({ detail }) => this.#compare(detail), { signal })
    sidebar.addEventListener("membership", ({ detail }) => this.#about(detail), { signal })
    sidebar.addEventListener("person", () => this.#name(), { signal })
    signal.addEventListener("abort", () => clearTimeout(this.waking))
    const known = sidebar.get(this.room.id)
    if (known) this.#take(known)
    this.#name()
    this.#wake()
  }

  #find(id) { return this.main.querySelector(`#${id}`) }

  #about(room) {
    if (room.id === this.room.id) this.#involved(room.membership)
  }

  // The list has no archived rooms, and none that one is not in: which of the two is asked for.
  async #compare(rooms) {
    const found = rooms.find((room) => room.id === this.room.id)
    if (found) return this.#take(found)
    if (this.feed.gone) return
    try {
      this.#take(await this.api.room(this.room.id))
    } catch (error) {
      if (error.status === 404 && !this.feed.gone) this.feed.leave("removed")
    }
  }

  #take(room) {
    if (room.version >= this.room.version) this.#changed(room)
    this.#involved(room.membership)
  }

  // A room as a frame shows it, which says nothing of how it stands to the reader.
  #changed({ name, topic, kind, archived_at, people, version }) {
    const was = this.room.archived_at
    Object.assign(this.room, { name, topic, kind, archived_at, version }, people && { people })
    const shown = this.#find("room-topic")
    if (shown.textContent !== topic) shown.textContent = topic
    if (kind !== "direct" && this.#find("room-mark").dataset.kind !== kind) paintMark(this.#find("room-mark"), this.room, this.me.id)
    this.#name()
    if (Boolean(was) !== Boolean(archived_at)) this.#archived(Boolean(archived_at))
  }

  #name() {
    const name = roomName(this.room, this.me.id)
    if (this.#find("room-name").textContent === name) return
    this.#find("room-name").textContent = name
    this.main.setAttribute("aria-label", name)
    this.composer.label = word("message_to", { name })
    this.onName(name)
  }

  // The box goes, with what was written kept in it, and comes back with the room.
  #archived(isArchived) {
    const [foot, notice] = [this.#find("foot"), this.#find("archived")]
    const hadFocus = foot.contains(document.activeElement)
    foot.hidden = isArchived
    notice.hidden = !isArchived
    if (isArchived && hadFocus) (notice.querySelector("button") ?? this.main).focus()
  }

  #involved(membership) {
    this.room.membership = membership
    this.#starred(membership.starred)
    this.#find("room-quiet").hidden = !mutedUntil(membership, Date.now())
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
