// Where the reader is: what counts as read, what is offered below, what is announced.

import { word } from "../helpers/words.js";

const SETTLE_MS = 300

export class Reading {
  #below = 0
  // The marker as asked for, and as the server last told it.
  #marked = 0
  #told = 0
  #timer = null
  // Marked unread by hand: nothing counts as read until the reader has left and is back, or goes to the end on purpose.
  #held = false
  #isShown = false
  // What was new when the reader came, until all of it is here.
  #arriving = false

  constructor({ room, element, main, socket, unread, announcer, me }) {
    Object.assign(this, { room, element, socket, unread, announcer, me, timeline: room.timeline })
    this.pill = main.querySelector(".pill")
    // The offer to jump to the first unread message, where that lies above the page.
    this.since = main.querySelector(".since")
    this.#marked = this.#told = room.info.membership.last_read_seq
    room.feed.addEventListener("change", ({ detail }) => this.#changed(detail))
    room.feed.addEventListener("current", () => this.#current())
    room.feed.addEventListener("anew", () => this.since?.remove())
    element.addEventListener("place", () => this.#moved())
    element.addEventListener("end", () => this.#arrived())
    this.pill.addEventListener("click", () => element.toEnd())
  }

  // The reader comes (again), until `signal`: the line above what is new stands where the marker is now, which the
  // server's page knows where it `isFresh`.
  show(isFresh, signal) {
    signal.addEventListener("abort", () => this.#left())
    this.#isShown = true
    this.#held = false
    this.#below = 0
    if (!isFresh) this.#comeBack()
    this.#arriving = true
    this.socket.addEventListener("welcome", () => this.#moved(), { signal })
    this.socket.addEventListener("frame", ({ detail }) => this.#read(detail), { signal })
    addEventListener("focus", () => this.#moved(), { signal })
    document.addEventListener("visibilitychange", () => this.#looked(), { signal })
    this.#moved()
  }

  #comeBack() {
    if (this.unread.has(this.room.id)) this.#marked = this.#told = this.unread.get(this.room.id).marker
    this.element.markNew(this.#firstNew())
  }

  #firstNew() {
    if (!this.unread.get(this.room.id).unread) return null
    const first = this.timeline.messages.find(({ seq, creator_id: creator }) => seq > this.#told && creator !== this.me.id)
    return first?.seq ?? null
  }

  #left() {
    this.#isShown = false
    clearTimeout(this.#timer)
  }

  #looked() {
    if (document.hidden) this.#held = false
    this.#moved()
  }

  // Have everything from `seq` on be unread, on all devices; answers what that leaves unread. Rejects with `FrameError`.
  async markUnread(seq) {
    this.#hold(seq)
    const frame = { type: "mark_unread", room_id: this.room.id, seq }
    return (await this.socket.request(frame, ["read_state"])).unread_count
  }

  #hold(seq) {
    clearTimeout(this.#timer)
    this.#held = true
    this.#below = 0
    this.element.markNew(seq)
  }

  // Went to the end on purpose.
  #arrived() {
    this.#held = false
    this.#moved()
  }

  get #isReading() {
    return this.#isShown && !this.#held && document.visibilityState === "visible" && this.element.atEnd
  }

  #changed({ kind, message, what, replay }) {
    if (!this.#isShown) return
    if (kind !== "new" || message.creator_id === this.me.id || what === "updated") return
    if (!this.#isNew(message, what)) return
    if (this.#arriving && replay) return this.#missed(message)
    if (document.visibilityState === "visible") this.announcer.message(message.creator.name)
    if (this.#isReading) return this.#soon()
    if (!this.#held && !this.#below && (this.element.newFrom === null || document.hidden)) this.element.markNew(message.seq)
    this.#below += 1
    this.#show()
  }

  // Said while the reader was in another room.
  #missed({ seq }) {
    if (seq > this.#told && this.element.newFrom === null) this.element.markNew(seq)
  }

  // Nothing is missing any more: whoever came back to the end begins where it is new.
  #current() {
    if (!this.#arriving) return
    this.#arriving = false
    if (this.element.newFrom !== null && this.element.atEnd) this.element.showNew()
    this.#moved()
  }

  // Beyond the window it is new as well, though not shown; one that was held already is not.
  #isNew(message, what) {
    return what === "added" || (this.timeline.hasNewer && message.seq > (this.timeline.newest?.seq ?? 0))
  }

  #moved() {
    if (!this.#isShown) return
    if (this.#isReading) {
      this.#below = 0
      this.#soon()
    }
    this.#show()
  }

  #show() {
    const { pill, timeline, element } = this
    const far = timeline.hasNewer || -element.scrollTop > 2 * element.clientHeight
    pill.hidden = !this.#below && !far
    if (this.since) this.since.hidden = timeline.oldest?.seq <= Number(this.since.dataset.seq)
    const text = this.#below ? word("new_messages", { count: this.#below }) : word("to_present")
    if (!pill.hidden && pill.textContent !== `${text} ↓`) pill.textContent = `${text} ↓`
  }

  #soon() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#mark(), SETTLE_MS)
  }

  // A room that one only passed through is not read: whoever reads stays for a moment, and all of it has come.
  #mark() {
    const seq = this.timeline.newest?.seq ?? 0
    if (!this.#isReading || this.#arriving || seq <= this.#marked) return
    if (!this.socket.isOpen) return
    this.#marked = seq
    const again = () => (this.#marked = this.#told)
    this.socket.request({ type: "mark_read", room_id: this.room.id, seq }, ["read_state"]).catch(again)
  }

  // Read on another device, or marked unread there, which this page must not undo.
  #read({ type, room_id: roomId, last_read_seq: seq, ref }) {
    if (type !== "read_state" || roomId !== this.room.id) return
    if (!ref && seq < this.#told) this.#hold(seq + 1)
    if (!ref && seq > this.#told) this.#held = false
    this.#marked = this.#told = seq
  }
}
