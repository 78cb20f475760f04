// A room on the stage: a room's state (realtime/room.js) and the main part of the page that shows it.
//
// It may be there before what was said in it is: then its name and the box to write in wait for the rest.

import { PeopleHere } from "./people_here.js";
import { MessageActions } from "./message_actions.js";
import { Reading } from "./reading.js";
import { RoomHeader } from "./room_header.js";
import { paintMark } from "../helpers/marks.js";
import { roomName } from "../helpers/people.js";
import { keep } from "../helpers/cookies.js";
import { clone } from "../helpers/templates.js";
import { word } from "../helpers/words.js";
import { Draft } from "../models/draft.js";
import { Room } from "../realtime/room.js";

const FINE = matchMedia("(pointer: fine)")

// What a room's main part says of it: `{room, people}`.
export const roomData = (main) => JSON.parse(main.querySelector("#room-data").textContent)

export class RoomScreen {
  #life = null
  #wasShown = false

  // `home` is what all screens share: socket, models, the parts around them (app.js).
  constructor(main, info, home) {
    Object.assign(this, { main, info, home })
    this.draft = new Draft({ roomId: info.id, drafts: home.drafts, outbox: home.outbox })
    this.composer = main.querySelector("message-composer")
    this.composer.start({ draft: this.draft, limit: home.limits.content })
    this.composer.addEventListener("sent", () => this.timeline?.toEnd())
    this.composer.addEventListener("typing", ({ detail }) => this.#typing(detail))
    this.composer.addEventListener("edit-last", () => this.actions?.editLast())
    if (main.querySelector("message-timeline")) this.#begin()
  }

  // The room that `info` names in the sidebar, before its main part has come.
  static waiting(info, home) {
    const main = clone("waiting-room-template")
    const name = roomName(info, home.me.id)
    main.setAttribute("aria-label", name)
    main.querySelector("#room-name").textContent = name
    main.querySelector("#room-topic").textContent = info.topic
    const mark = main.querySelector("#room-mark")
    if (info.kind === "direct") mark.hidden = true
    else paintMark(mark, info, home.me.id)
    const screen = new RoomScreen(main, info, home)
    screen.composer.label = word("message_to", { name })
    return screen
  }

  get isWaiting() { return !this.room }
  get title() { return `${roomName(this.info, this.home.me.id)} – Campfire` }
  get name() { return roomName(this.info, this.home.me.id) }
  get heading() { return this.main.querySelector(".room-title") }
  get isComposing() { return !this.composer.isEmpty || Boolean(this.actions?.isEditing) }
  get feed() { return this.room?.feed }
  get place() { return this.timeline?.place ?? null }
  // Ends when it leaves the page.
  get signal() { return this.#life.signal }

  // The rest has come. The box that one may be writing in stays, and so does the focus.
  arrive(main) {
    const atHeading = this.heading === document.activeElement
    const box = this.main.querySelector("#foot")
    const foot = main.querySelector("#foot")
    box.hidden = foot.hidden
    const parts = [...main.childNodes].filter((node) => node !== foot)
    for (const node of [...this.main.childNodes]) if (node !== box) node.remove()
    for (const node of parts) node.compareDocumentPosition(foot) & Node.DOCUMENT_POSITION_FOLLOWING ? box.before(node) : this.main.append(node)
    this.main.removeAttribute("aria-busy")
    if (atHeading) this.heading.focus({ preventScroll: true })
    this.#begin()
    if (this.#life) this.#goOn()
  }

  // What changes without a frame, who belongs to the room, is as the server has it now.
  freshen(main) {
    for (const person of roomData(main).people) this.home.people.learn(person)
    this.peopleHere.faces.replace(main.querySelector("room-people"))
  }

  async #askForPeople() {
    const part = await this.home.pages.load(`${location.origin}/rooms/${this.info.id}`).catch(() => null)
    if (part?.main.querySelector("#room-data")) this.freshen(part.main)
  }

  #begin() {
    const { main, home } = this
    const { socket, outbox, me, announcer, unread, sidebar, people, api } = home
    const { room: info, people: members } = roomData(main)
    for (const person of members) people.learn(person)
    this.info = info
    this.timeline = main.querySelector("message-timeline")
    const version = Number(this.timeline.dataset.version)
    const window = this.timeline.rendered
    const room = (this.room = new Room({ info, window, version, draft: this.draft, socket, loadPage: api.messagesPage }))
    this.timeline.start({ room, outbox, me })
    const { composer, timeline: element } = this
    this.reading = new Reading({ room, element, main, socket, unread, announcer, me })
    this.actions = new MessageActions({ room, element, outbox, socket, reading: this.reading, composer, me, announcer })
    this.peopleHere = new PeopleHere({ room, main, socket, people, me })
    this.peopleHere.faces.addEventListener("open", () => this.#askForPeople())
    this.header = new RoomHeader({ room, main, me, sidebar, composer, announcer, api, onName: () => home.stage.named(this) })
    room.feed.addEventListener("gone", () => composer.close())
    room.feed.addEventListener("renewed", () => home.renew())
  }

  // It is in the page now. `place` is where in it to be: as it was left, unless an entry of the history knows better.
  show(place) {
    this.#life = new AbortController()
    keep("last_room", this.info.id)
    this.composer.refresh()
    if (this.room) this.#goOn(place)
  }

  #goOn(place) {
    const { signal } = this.#life
    const { room } = this
    const isFirst = !this.#wasShown
    this.#wasShown = true
    // One that was fetched ahead may have been read, or gone on, since.
    const isFresh = isFirst && !this.home.rooms.ahead.includes(room.id)
    this.home.rooms.open(room)
    if (!isFirst) this.timeline.clearTarget()
    this.reading.show(isFresh, signal)
    this.timeline.show(isFirst ? undefined : place === undefined ? room.place : place, signal)
    this.peopleHere.show(signal)
    this.header.show(signal)
    this.actions.show(signal)
    this.home.rooms.join(room)
  }

  // It leaves the page. Answers where the reader was.
  hide() {
    this.#life.abort()
    this.#life = null
    this.composer.leave()
    if (!this.room) return null
    this.room.place = this.timeline.hide()
    this.home.rooms.leave(this.room)
    return this.room.place
  }

  // Where the reader goes on: with the mouse in the box, with the keys at the heading, which says where one is.
  focus(by) {
    const target = this.main.querySelector(".message.target")
    if (target) return target.focus({ preventScroll: true })
    if (by === "pointer" && FINE.matches && !this.composer.closest("[hidden]")) return this.composer.focus()
    this.heading.focus({ preventScroll: true })
  }

  // Somebody goes by another name now, or has another face.
  rename(person) {
    this.peopleHere?.rename(person)
    this.timeline?.rename(person)
  }

  #typing(isTyping) {
    this.home.socket.send({ type: "typing", room_id: this.draft.roomId, is_typing: isTyping })
  }
}
