// Keeps a room equal to the database while it is open: joins from its cursor, applies frames by version, asks for what
// is missing. Whoever hears the socket hands it the room's frames (realtime/rooms.js).
//
// Events: "change" (detail {kind, what, message?, messageId?, replay}), "anew", "current" (everything up to now is here),
// "state" (catching up or not), "room" (detail: the room), "gone" (detail: reason), "renewed" (the server was restored).

const TOO_FAR = 500
const AGAIN_MS = 3000
const PAGE = 40

export class RoomFeed extends EventTarget {
  #asking = false
  #joining = null
  // Too much is missing to be told: until the window has been loaded anew, nobody knows up to where all is here.
  #jumping = false
  #timer = null
  #turn = Promise.resolve()

  isOpen = false
  catchingUp = 0
  gone = null

  constructor({ socket, roomId, epoch, clock, timeline, loadPage }) {
    super()
    Object.assign(this, { socket, roomId, epoch, clock, timeline, loadPage })
  }

  // Be told what happens in the room, from the cursor on.
  open() {
    if (this.isOpen || this.gone) return
    this.isOpen = true
    this.join()
  }

  // What happens from here on is told by the next `open`.
  close() {
    if (!this.isOpen) return
    this.isOpen = false
    this.lost()
    this.socket.send({ type: "leave_room", room_id: this.roomId })
    this.#catching(0)
  }

  // The connection is gone, or of no concern any more: no answer is waited for.
  lost() {
    clearTimeout(this.#timer)
    this.#asking = this.#jumping = false
    if (this.#joining) this.socket.forget(this.#joining)
    this.#joining = null
  }

  // Ask to be told, and for what has happened since: one question. Whoever was taken out meanwhile learns it from the answer.
  async join() {
    if (!this.isOpen || this.#joining || !this.socket.isOpen) return
    const cursor = this.clock.cursor
    const ask = { type: "join_room", room_id: this.roomId, last_seen_version: cursor, epoch: this.epoch }
    const joining = (this.#joining = this.socket.request(ask, ["catch_up_complete"], 30_000))
    try {
      const { version, has_more: hasMore } = await joining
      if (this.#joining !== joining) return
      this.#joining = null
      this.#caughtUp(version, hasMore)
    } catch (error) {
      if (this.#joining !== joining) return
      this.#joining = null
      this.#refused(error, () => this.join())
    }
  }

  // Load a page at one side of the window; "anew" replaces it. Pages are loaded one at a time.
  load(side, anchor = {}) {
    this.#turn = this.#turn.then(() => this.#load(side, anchor)).catch(() => false)
    return this.#turn
  }

  async #load(side, anchor) {
    if (side !== "anew") anchor = this.#edge(side)
    if (!anchor) return false
    this.timeline.loading()
    try {
      const page = await this.loadPage(this.roomId, anchor, PAGE)
      this.timeline.loaded(side, page.messages, page)
      if (side === "anew") this.#renewed(page.version)
      return true
    } catch (error) {
      this.timeline.failed()
      throw error
    }
  }

  #edge(side) {
    const { oldest, newest, hasOlder, hasNewer } = this.timeline
    if (side === "older") return hasOlder && oldest ? { before: oldest.seq } : null
    return hasNewer && newest ? { after: newest.seq } : null
  }

  #renewed(version) {
    this.#jumping = false
    this.clock.raise(version, Date.now())
    this.#catching(0)
    this.dispatchEvent(new Event("anew"))
    this.#tell("current")
    this.#watch()
  }

  // The reader is not in the room any more: `removed`, `left`, or it was `deleted`.
  leave(reason) {
    this.gone = reason
    this.isOpen = false
    this.lost()
    this.#tell("gone", reason)
  }

  // A frame that names this room, or a pong.
  received(frame) {
    if (frame.type === "pong") this.#told(frame.rooms?.[this.roomId])
    else this[`_${frame.type}`]?.(frame)
  }

  _room_joined({ version }) {
    if (this.isOpen) this.#catching(Math.max(0, version - this.clock.cursor))
  }

  _new_message(frame) { this.#apply(frame, "new") }
  _message_sent(frame) { this.#apply(frame, "sent") }
  _message_updated(frame) { this.#apply(frame, "update") }

  #apply({ message, replay }, kind) {
    const what = this.timeline.apply(message)
    this.#tell("change", { kind, what, message, replay })
    this.#saw(message.version, replay)
  }

  _message_deleted(frame) {
    this.timeline.remove(frame)
    this.#tell("change", { kind: "delete", what: "removed", messageId: frame.message_id, replay: frame.replay })
    this.#saw(frame.version, frame.replay)
  }

  _room_updated({ room, version, replay }) {
    this.#tell("room", room)
    this.#saw(version, replay)
  }

  _room_removed({ reason }) { this.leave(reason) }
  _resync() {
    if (!this.isOpen) return
    this.#jumping = true
    this.#anew()
  }

  // What the server replayed by itself begins where it knows us to be; the answer to a question is dealt with there.
  _catch_up_complete({ ref, version }) {
    if (ref || !this.isOpen || this.#jumping) return
    this.clock.raise(version, Date.now())
    this.#watch()
  }

  #saw(version, replay) {
    if (!replay) this.clock.saw(version, Date.now())
    this.#watch()
  }

  #told(version) {
    if (version === undefined) return
    this.clock.told(version, Date.now())
    this.#watch()
  }

  // Ask when the hole is old enough, unless it has closed by then. What is missed while nobody reads comes with joining.
  #watch() {
    clearTimeout(this.#timer)
    if (this.clock.dueAt === null || this.#asking || this.#joining || this.#jumping || !this.isOpen) return
    this.#timer = setTimeout(() => this.#catchUp(1), Math.max(0, this.clock.dueAt - Date.now()))
  }

  async #catchUp(behind) {
    if (this.#asking || !this.isOpen || !this.socket.isOpen) return
    this.#asking = true
    this.#catching(behind)
    const ask = { type: "catch_up", room_id: this.roomId, last_seen_version: this.clock.cursor, epoch: this.epoch }
    try {
      const { version, has_more: hasMore } = await this.socket.request(ask, ["catch_up_complete"], 30_000)
      this.#asking = false
      this.#caughtUp(version, hasMore)
    } catch (error) {
      this.#asking = false
      this.#refused(error, () => this.#catchUp(1))
    }
  }

  // Where the answer was a jump, the cursor stays until the window is there: whoever asks again asks from where it was.
  #caughtUp(version, hasMore) {
    if (this.#jumping) return
    this.clock.raise(version, Date.now())
    if (hasMore) return void this.#catchUp(TOO_FAR)
    this.#catching(0)
    this.#tell("current")
    this.#watch()
  }

  #refused(error, again) {
    this.#catching(0)
    if (error.code === "not_found") this.leave("removed")
    else if (error.code === "invalid_cursor") this.#tell("renewed")
    else if (error.code !== "disconnected") setTimeout(again, (error.retryAfter ?? 3) * 1000)
  }

  async #anew() {
    this.#catching(TOO_FAR)
    if (await this.load("anew", this.anchor?.() ?? {})) return
    setTimeout(() => this.isOpen && this.socket.isOpen && this.#anew(), AGAIN_MS)
  }

  #catching(count) {
    this.catchingUp = count
    this.#tell("state")
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
