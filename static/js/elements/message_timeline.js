// <message-timeline>: the messages of a room as the timeline model holds them, and where the reader is in them.
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

export class MessageTimeline extends HTMLElement {
  #articles = new Map()
  #dates = new WeakMap()
  #newest = null
  #painting = false
  #wasAtEnd = true
  #loading = { older: false, newer: false }
  #coolUntil = { older: 0, newer: 0 }

  // What the server rendered, for the model.
  get rendered() {
    const messages = [...this.querySelectorAll(".messages .message")].map(read)
    const { hasOlder, hasNewer } = this.dataset
    return { messages, hasOlder: hasOlder === "true", hasNewer: hasNewer === "true" }
  }

  start({ feed, timeline, outbox, me }) {
    Object.assign(this, { feed, timeline, me })
    this.container = this.querySelector(".messages")
    this.rows = new Rows(this.container)
    this.newFrom = this.#firstNew()
    for (const article of this.container.querySelectorAll(".message")) this.#adopt(article)
    this.outgoing = new Outgoing(this.querySelector(".pending-messages"), outbox, feed.roomId, me)
    const places = { older: this.querySelector(".top"), newer: this.querySelector(".below") }
    this.notice = new HistoryNotice(places, (side) => this.#more(side))
    feed.anchor = () => (this.atEnd || !this.topmost ? {} : { around: this.topmost.dataset.seq })
    feed.addEventListener("change", () => this.paint())
    feed.addEventListener("anew", () => this.paint())
    outbox.addEventListener("change", () => this.paint())
    this.addEventListener("scroll", () => this.#scrolled(), { passive: true })
    this.#paintNow()
    this.#open()
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
    if (this.timeline.hasNewer) {
      this.feed.anchor = () => ({})
      await this.feed.load("anew")
      this.feed.anchor = () => (this.atEnd || !this.topmost ? {} : { around: this.topmost.dataset.seq })
      this.#paintNow()
    }
    this.scrollTop = 0
    this.paint()
    this.#scrolled()
    this.dispatchEvent(new Event("end"))
  }

  // From `seq` on, messages are new, until the page is left.
  markNew(seq) {
    this.newFrom = seq
    this.paint()
  }

  paint() {
    if (this.#painting) return
    this.#painting = true
    const paint = () => this.#painting && this.#paintNow()
    requestAnimationFrame(paint)
    // A hidden tab paints no frames.
    if (document.hidden) setTimeout(paint)
  }

  #paintNow() {
    this.#painting = false
    this.#keepingPlace(() => {
      this.timeline.trim(this.#above > -this.scrollTop ? "older" : "newer")
      const items = this.timeline.messages.map((message) => this.#item(message))
      arrange(this.container, this.rows.of(items, this.newFrom))
      this.#forgetGone()
      this.outgoing.paint(items.at(-1), this.timeline.hasNewer)
      this.querySelector(".beginning-holder").hidden = this.timeline.hasOlder
    })
    this.#keepTabStop()
    this.dispatchEvent(new Event("place"))
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
    this.#scrolled()
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
