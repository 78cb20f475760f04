// <message-timeline>: messages as the timeline model holds them, and where the reader is in them.
//
// It scrolls in reverse (scrollTop is 0 at the end, negative above), so the end stays in view while it grows.
// Events: "place" (the reader came to the end or left it), "end" (they went there on purpose).

import { HistoryNotice } from "./history_notice.js";
import { Outgoing } from "./outgoing.js";
import { fill, make, quieten, read, showTime, signBy } from "../helpers/message_view.js";
import { Rows } from "../helpers/rows.js";
import { arrange } from "../helpers/templates.js";

const NEAR_END = 100
const EARLY = 1.5
const COOL_MS = 1500
// Messages that a room keeps while it is out of the page.
const REST = 60

const later = (act) => (window.requestIdleCallback ? requestIdleCallback(act) : setTimeout(act))

export class MessageTimeline extends HTMLElement {
  #articles = new Map()
  #dates = new WeakMap()
  #newest = null
  #painting = false
  #isShown = false
  #wasAtEnd = true
  #loading = { older: false, newer: false }
  #coolUntil = { older: 0, newer: 0 }

  // What the server rendered, for the model.
  get rendered() {
    const messages = [...this.querySelectorAll(".messages .message")].map(read)
    const { hasOlder, hasNewer } = this.dataset
    return { messages, hasOlder: hasOlder === "true", hasNewer: hasNewer === "true" }
  }

  start({ room, outbox, me }) {
    const { feed, timeline } = room
    Object.assign(this, { feed, timeline, me })
    this.container = this.querySelector(".messages")
    this.rows = new Rows(this.container)
    this.newFrom = this.#firstNew()
    for (const article of this.container.querySelectorAll(".message")) this.#adopt(article)
    this.outgoing = new Outgoing(this.querySelector(".pending-messages"), outbox, room.draft.roomId, me)
    const places = { older: this.querySelector(".top"), newer: this.querySelector(".below") }
    this.notice = new HistoryNotice(places, (side) => this.#more(side))
    feed.anchor = () => this.#anchor()
    feed.addEventListener("change", () => this.paint())
    feed.addEventListener("anew", () => this.paint())
    this.addEventListener("scroll", () => this.#scrolled(), { passive: true })
    this.outbox = outbox
  }

  // It is in the page now: at `place`, a room's, or for the first time, where the server had it open. Until `signal`.
  show(place, signal) {
    this.outbox.addEventListener("change", () => this.paint(), { signal })
    const states = setInterval(() => this.outgoing.showStates(), 500)
    signal.addEventListener("abort", () => clearInterval(states))
    this.#isShown = true
    this.#paintNow()
    if (place === undefined) this.#open()
    else if (this.#covers(place)) this.#goBack(place)
    else this.comeBack(place)
    this.#scrolled()
  }

  // It leaves the page; answers the place to come back to.
  hide() {
    const { place } = this
    this.#isShown = false
    if (!place) later(() => this.#isShown || this.#rest())
    return place
  }

  // What is far above is loaded again when it is wanted. Nothing is measured, as there is no place to keep.
  #rest() {
    this.timeline.trim("older", REST)
    this.#arrange()
  }

  #anchor() { return !this.#isShown || this.atEnd || !this.topmost ? {} : { around: this.topmost.dataset.seq } }

  // Where the reader is: null at the end, else a message and how far below the top it begins.
  get place() {
    const article = this.atEnd ? null : this.topmost
    if (!article) return null
    return { seq: Number(article.dataset.seq), top: article.getBoundingClientRect().top - this.getBoundingClientRect().top }
  }

  #goBack(place) {
    const article = place && this.#nearest(place.seq)
    if (!article) return (this.scrollTop = 0)
    // The heights of messages out of view were forgotten with the page: they are measured before one is looked for.
    this.classList.add("measured")
    this.scrollTop += article.getBoundingClientRect().top - this.getBoundingClientRect().top - place.top
    requestAnimationFrame(() => requestAnimationFrame(() => this.classList.remove("measured")))
  }

  // Come back to a place, loading what is around it where that is not in the page.
  async comeBack(place) {
    if (!place) return this.toEnd()
    if (!this.#covers(place) && !(await this.#loadAnew({ around: place.seq }))) return
    this.clearTarget()
    this.#goBack(place)
    this.#scrolled()
  }

  // Whether a place is in the page: between its first and its last message, as messages may be deleted.
  #covers(place) {
    const { oldest, newest, hasOlder, hasNewer } = this.timeline
    if (!place) return !hasNewer
    return (!hasOlder || oldest?.seq <= place.seq) && (!hasNewer || newest?.seq >= place.seq)
  }

  // Load the window anew, and paint it unless the reader has gone on. Whether they are still here.
  async #loadAnew(anchor) {
    this.feed.anchor = () => anchor
    await this.feed.load("anew", anchor)
    this.feed.anchor = () => this.#anchor()
    if (this.#isShown) this.#paintNow()
    return this.#isShown
  }

  #nearest(seq) {
    const message = this.timeline.messages.find((one) => one.seq >= seq)
    return message && this.article(message.id)
  }

  // Go to the message `seq`, loading what is around it where that is not in the page. Whether it is there.
  async goTo(seq) {
    if (!this.#held(seq) && !(await this.#loadAnew({ around: seq }))) return true
    const message = this.#held(seq)
    if (message) this.#target(this.article(message.id))
    return Boolean(message)
  }

  #held(seq) { return this.timeline.messages.find((message) => message.seq === seq) }

  // What a link has led to is not marked any more.
  clearTarget() { this.querySelector(".message.target")?.classList.remove("target") }

  #target(article) {
    this.clearTarget()
    article.classList.add("target")
    this.stopAt(article)
    article.scrollIntoView({ block: "center" })
    article.focus({ preventScroll: true })
  }

  get atEnd() { return !this.timeline.hasNewer && -this.scrollTop < NEAR_END }
  get #above() { return this.scrollHeight - this.clientHeight + this.scrollTop }

  // The first message in view.
  get topmost() {
    const top = this.getBoundingClientRect().top
    return [...this.container.querySelectorAll(".message")].find((one) => one.getBoundingClientRect().bottom > top + 1)
  }

  article(id) { return this.#articles.get(id) }

  // Go to the end, loading it where it is not in the page.
  async toEnd() {
    this.clearTarget()
    if (this.timeline.hasNewer && !(await this.#loadAnew({}))) return
    this.scrollTop = 0
    this.paint()
    this.#scrolled()
    this.dispatchEvent(new Event("end"))
  }

  // The end has been reached by what came in: show where what is new begins, if that is out of view.
  showNew() {
    this.#paintNow()
    const line = this.rows.newLine
    if (!line?.isConnected || line.getBoundingClientRect().top >= this.getBoundingClientRect().top) return
    line.scrollIntoView({ block: "start" })
    this.#scrolled()
  }

  // From `seq` on, messages are new, until the reader leaves; null for none.
  markNew(seq) {
    this.newFrom = seq
    this.paint()
  }

  // Out of the page nothing is painted: that is made up for when it is shown.
  paint() {
    if (this.#painting || !this.#isShown) return
    this.#painting = true
    const paint = () => this.#painting && (this.#isShown ? this.#paintNow() : (this.#painting = false))
    requestAnimationFrame(paint)
    // A hidden tab paints no frames.
    if (document.hidden) setTimeout(paint)
  }

  #paintNow() {
    this.#painting = false
    this.#keepingPlace(() => {
      this.timeline.trim(this.#above > -this.scrollTop ? "older" : "newer")
      this.#arrange()
    })
    this.#keepTabStop()
    this.dispatchEvent(new Event("place"))
  }

  #arrange() {
    const items = this.timeline.messages.map((message) => this.#item(message))
    arrange(this.container, this.rows.of(items, this.newFrom))
    this.#forgetGone()
    this.outgoing.paint(items.at(-1), this.timeline.hasNewer)
    this.querySelector(".beginning-holder").hidden = this.timeline.hasOlder
  }

  #item(message) {
    const article = this.#articles.get(message.id) ?? this.#arrived(message)
    if (article.dataset.version !== String(message.version)) fill(article, message, this.me.id)
    if (!this.#dates.has(message)) this.#dates.set(message, new Date(message.created_at))
    return { article, seq: message.seq, creatorId: message.creator_id, createdAt: this.#dates.get(message) }
  }

  // The echo of one's own message takes the place of the row that showed it pending.
  #arrived(message) {
    const own = message.creator_id === this.me.id
    const article = (own && this.outgoing.take(message.client_message_id)) || make()
    this.#articles.set(message.id, article)
    return article
  }

  #adopt(article) {
    this.#articles.set(article.dataset.id, article)
    quieten(article, this.me.id)
    const time = article.querySelector("time")
    showTime(time, new Date(time.dateTime))
  }

  #forgetGone() {
    for (const id of this.#articles.keys()) if (!this.timeline.get(id)) this.#articles.delete(id)
  }

  // Change what is shown without moving what is being read.
  #keepingPlace(change) {
    const anchor = this.atEnd ? null : this.topmost
    const top = anchor?.getBoundingClientRect().top
    change()
    if (!anchor) this.scrollTop = 0
    else if (anchor.isConnected) this.scrollTop += anchor.getBoundingClientRect().top - top
  }

  // One tab stop: the message that has the focus, else the newest one, until the reader chooses another by the keys.
  #keepTabStop() {
    const stop = this.querySelector(".messages .message[tabindex='0']")
    const newest = this.timeline.newest?.id
    if (stop?.contains(document.activeElement) || (stop && newest === this.#newest)) return
    this.#newest = newest
    this.stopAt(this.article(newest))
  }

  // Where the tab key comes in; the timeline itself while there is no message.
  stopAt(article) {
    for (const other of this.querySelectorAll(".message[tabindex='0']")) other.tabIndex = -1
    if (article) article.tabIndex = 0
    this.toggleAttribute("tabindex", !article)
    if (!article) this.tabIndex = 0
  }

  // Somebody goes by another name now, or has another face.
  rename(person) {
    for (const message of this.timeline.messages) if (message.creator_id === person.id) message.creator = person
    for (const article of this.querySelectorAll(`.message[data-creator-id="${person.id}"]`)) signBy(article, person)
  }

  #firstNew() {
    const first = this.querySelector(".new-line")?.nextElementSibling
    return first ? Number(first.dataset.seq) : null
  }

  #open() {
    const target = this.querySelector(".message.target")
    if (target) this.stopAt(target)
    if (target) target.scrollIntoView({ block: "center" })
    else this.rows.newLine?.isConnected && this.rows.newLine.scrollIntoView({ block: "start" })
  }

  #scrolled() {
    const early = EARLY * this.clientHeight
    if (this.#above < early) this.#early("older")
    if (-this.scrollTop < early) this.#early("newer")
    if (this.atEnd === this.#wasAtEnd) return
    this.#wasAtEnd = this.atEnd
    this.dispatchEvent(new Event(this.atEnd ? "end" : "place"))
  }

  #early(side) {
    if (this.#hasMore(side) && Date.now() > this.#coolUntil[side]) this.#more(side)
  }

  #hasMore(side) { return side === "older" ? this.timeline.hasOlder : this.timeline.hasNewer }

  async #more(side) {
    if (this.#loading[side]) return
    this.#loading[side] = true
    const loaded = await this.feed.load(side)
    this.#loading[side] = false
    if (!loaded) return this.#notLoaded(side)
    // Where reading begins in a short window, both ends are near: what was asked for must stay.
    this.timeline.trim(side === "older" ? "newer" : "older")
    if (!this.#isShown) return
    this.#keepingPlace(() => this.notice.hide(side))
    this.#paintNow()
    this.#scrolled()
  }

  #notLoaded(side) {
    this.#coolUntil[side] = Date.now() + COOL_MS
    if (this.#hasMore(side)) this.notice.show(side)
  }
}
customElements.define("message-timeline", MessageTimeline)
