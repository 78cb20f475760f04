// Goes from page to page without a reload: links, forms, Back and Forward. Anything unexpected is an ordinary page load.

import { PageScreen } from "../elements/page_screen.js";
import { RoomScreen, roomData } from "../elements/room_screen.js";
import { word } from "../helpers/words.js";
import { isInside, isPlaceIn, isPlain, roomAt } from "../models/links.js";
import { Pace } from "../models/pace.js";
import { Unexpected } from "./pages.js";

// Of a room in which more has happened since, its own page knows better where to begin.
const MOST_MISSED = 40
// Longer than a key that is held down takes to repeat, shorter than anybody takes to look and click.
const RUN_MS = 50

export class Visits {
  #turn = 0
  #key = history.state?.key ?? 0
  // Where the reader was, by the history's entry.
  #places = new Map()
  #screens = new WeakMap()
  #url = location.href
  // The address of the room that is waited for.
  #coming = null
  #by = "pointer"
  #posting = new WeakSet()
  #pace = new Pace(RUN_MS)

  constructor({ stage, pages, rooms, home }) {
    Object.assign(this, { stage, pages, rooms, home })
  }

  // Go on from the page that the server has rendered.
  start(main) {
    history.replaceState({ key: this.#key }, "")
    // Where one was is known here: on Back, the browser would go to the message that the address names.
    history.scrollRestoration = "manual"
    const screen = this.#screenOf({ main, title: document.title.replace(/^\(\d+\) /, "") })
    this.stage.start(screen)
    if (screen.room) screen.focus("pointer")
    this.home.sidebar.addEventListener("person", ({ detail }) => this.#rename(detail))
    document.addEventListener("click", (event) => this.#clicked(event))
    document.addEventListener("submit", (event) => this.#submitted(event))
    addEventListener("popstate", () => this.#wentBack())
    addEventListener("visit", (event) => {
      event.preventDefault()
      this.visit(event.detail, { by: "keyboard" })
    })
    for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => (this.#by = type === "keydown" ? "keyboard" : "pointer"), true)
  }

  // The screen of a room that lives on in memory, unless too much was said in it since. What is being edited in it lives
  // nowhere else.
  remembered(roomId) {
    const room = this.rooms.get(roomId)
    const screen = room && this.#screens.get(room)
    if (!screen || screen === this.stage.screen) return screen ?? null
    // Whoever was taken out of it, and may be in it again, finds it as it is now.
    if (room.feed.gone) return this.rooms.forget(roomId) ?? null
    const missed = this.home.unread.get(roomId).version - room.clock.cursor
    return missed > MOST_MISSED && !screen.actions.isEditing ? null : screen
  }

  // Whether a message is being edited in some room, shown or not.
  get isEditing() { return this.rooms.all.some((room) => this.#screens.get(room)?.actions.isEditing) }

  // Somebody goes by another name now, in rooms that are not shown too.
  #rename(person) {
    for (const room of this.rooms.all) this.#screens.get(room)?.rename(person)
  }

  // Keep a room that was fetched before anybody went into it.
  keepAhead(part) {
    const screen = this.#screenOf(part)
    if (screen.room) this.rooms.fetchedAhead(screen.room)
  }

  async visit(address, { how = "push", by = this.#by, place } = {}) {
    const url = new URL(address, location.href).href
    const turn = ++this.#turn
    // It is on its way, and this is the second half of a double click.
    if (how === "push" && url === this.#url && url === this.#coming) return this.stage.screen.focus(by)
    const at = roomAt(url)
    const wait = this.#pace.wait(Date.now())
    const known = at && this.remembered(at.id)
    const ready = known ? null : this.pages.ready(url)
    if (!known && !ready && !navigator.onLine) return this.#notLoaded(how)
    if (known) return this.#enter(known, url, { how, by, place, seq: at.seq })
    if (ready) return this.#arrived(ready, { how, by, place })
    const waiting = at && !at.seq && this.#waiting(at.id)
    if (waiting) return this.#waitFor(waiting, url, { how, by, wait })
    try {
      const part = await this.pages.load(url)
      if (turn === this.#turn) this.#arrived(part, { how, by, place })
    } catch (error) {
      if (turn === this.#turn) this.#failed(error, url, how)
    }
  }

  // Show the room by its name and its box until the rest has come. One that is only run through is not asked for.
  async #waitFor(screen, url, { how, by, wait }) {
    this.#enter(screen, url, { how, by })
    this.#coming = url
    const { signal } = screen
    try {
      if (wait) await new Promise((go) => setTimeout(go, wait))
      signal.throwIfAborted()
      const { main } = await this.pages.load(url, signal)
      signal.throwIfAborted()
      this.stage.arrived(screen, main)
      this.#screens.set(screen.room, screen)
    } catch (error) {
      if (!signal.aborted) this.#failed(error, url, how, screen)
    }
    if (this.#coming === url) this.#coming = null
  }

  // While the server cannot be reached there is nothing to load in an ordinary way, either: a room that waits goes on
  // waiting for it.
  #failed(error, url, how, waiting) {
    if (this.#isReachable(error)) return this.#ordinary(url, waiting || how === "none")
    this.#notLoaded(waiting ? "push" : how)
    const again = () => this.stage.screen === waiting && this.visit(url, { how: "replace" })
    if (waiting) this.home.socket.addEventListener("welcome", again, { once: true })
  }

  // It has answered, or the socket to it stands, or is only being opened.
  #isReachable(error) { return navigator.onLine && (error instanceof Unexpected || !this.home.socket.isAway) }

  // The room as a fresh page has it.
  anew() {
    const { info } = this.stage.screen
    this.rooms.forget(info.id)
    return this.visit(location.href, { how: "replace" })
  }

  #ordinary(url, isThere) {
    if (isThere) location.reload()
    else location.assign(url)
  }

  #notLoaded(how) {
    this.home.announcer.show(word("not_loaded"))
    // The address has gone on already; the page stays, so the address comes back. Keys grow along the history.
    if (how === "none") history.go(history.state?.key > this.#key ? -1 : 1)
  }

  #waiting(roomId) {
    const { sidebar } = this.home
    const info = sidebar.get(roomId) ?? sidebar.list.outline(roomId)
    return info ? RoomScreen.waiting(info, this.home) : null
  }

  #screenOf({ main, title }) {
    if (!main.querySelector("#room-data")) return new PageScreen(main, title, this.home)
    const { room: info } = roomData(main)
    const screen = new RoomScreen(main, info, this.home)
    this.#screens.set(screen.room, screen)
    return screen
  }

  #arrived(part, options) {
    const id = part.main.querySelector("#room-data") && roomData(part.main).room.id
    const at = roomAt(part.url)
    const known = id ? this.remembered(id) : null
    if (id && !known) this.rooms.forget(id)
    known?.freshen(part.main)
    this.#enter(known ?? this.#screenOf(part), part.url, { ...options, seq: known ? at?.seq : null })
  }

  #enter(screen, url, { how, by, place, said, seq = null }) {
    const left = this.#key
    this.#note(url, how)
    if (screen === this.stage.screen) {
      this.#places.set(left, screen.place)
      return this.#stay(screen, { how, by, place, seq })
    }
    this.#places.set(left, this.stage.show(screen, { place, by, said }))
    this.#pace.arrived(Date.now())
    if (seq && place === undefined) this.#goTo(screen, seq)
  }

  async #goTo(screen, seq) {
    if (!(await screen.timeline.goTo(seq)) && screen === this.stage.screen) this.home.announcer.show(word("not_loaded"))
  }

  // Whoever asks for the room they are in wants to be at its end; whoever goes back in it, where they were.
  async #stay(screen, { how, by, place, seq }) {
    if (seq && place === undefined) return this.#goTo(screen, seq)
    await screen.timeline?.comeBack(how === "none" ? place : null)
    screen.focus(by)
  }

  // Put the address into the history.
  #note(url, how) {
    if (how === "none") this.#key = history.state?.key ?? this.#key
    else if (how === "push" && url !== location.href) history.pushState({ key: (this.#key = this.#newKey()) }, "", url)
    else history.replaceState({ key: this.#key }, "", url)
    this.#url = url
  }

  #newKey() { return Math.max(this.#key, ...this.#places.keys()) + 1 }

  #wentBack() {
    const before = new URL(this.#url)
    // What was on its way is not wanted any more, here either.
    this.#turn += 1
    if (location.pathname === before.pathname && location.search === before.search) return
    this.visit(location.href, { how: "none", place: this.#places.get(history.state?.key) })
  }

  #clicked(event) {
    const link = event.target.closest?.("a[href]")
    if (!link || !isPlain(event, link) || !isInside(link.href, location.href)) return
    if (isPlaceIn(link.href, location.href) && !roomAt(link.href)?.seq) return
    event.preventDefault()
    this.visit(link.href, { by: event.detail ? "pointer" : "keyboard" })
  }

  #submitted(event) {
    const { target: form, submitter } = event
    if (event.defaultPrevented || !form.closest("main, .jump") || submitter?.getAttribute("formmethod") === "dialog") return
    const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href)
    if (form.method === "dialog" || !isInside(url.href, location.href)) return
    event.preventDefault()
    const fields = new FormData(form, submitter)
    if (form.method === "post") return void this.#post(form, submitter, url.href, fields)
    url.search = new URLSearchParams(fields)
    this.visit(url.href)
  }

  async #post(form, submitter, url, fields) {
    if (this.#posting.has(form)) return
    this.#posting.add(form)
    const turn = ++this.#turn
    try {
      const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields)
      const part = await this.pages.post(url, body)
      if (turn === this.#turn) this.#posted(part)
    } catch (error) {
      this.#notPosted(error, form, submitter, turn === this.#turn)
    }
    this.#posting.delete(form)
  }

  #posted(part) {
    const isSame = part.url === location.href
    const place = isSame ? this.stage.screen.place : undefined
    const said = part.main.querySelector(".notice[role]")?.textContent.trim()
    this.#arrived(part, { how: isSame ? "replace" : "push", by: this.#by, place, said })
  }

  // Refused, or led out of the app: then the browser's own way. Where nobody knows what became of it, it is not repeated.
  #notPosted(error, form, submitter, isHere) {
    if (!(error instanceof Unexpected) || error.status >= 500 || !isHere) return this.home.announcer.show(word("failed"))
    if (error.url) return location.assign(error.url)
    const hidden = submitter?.name && Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value })
    if (hidden) form.append(hidden)
    HTMLFormElement.prototype.submit.call(form)
  }
}
