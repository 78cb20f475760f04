// Keeps the open room equal to the database: joins, applies frames by version, catches up what is missing.
//
// Events: "change" (detail {what, message?, messageId?, replay}), "anew", "state" (catching up or not),
// "room" (detail: the room), "gone" (detail: reason), "renewed" (the server was restored).

const TOO_FAR = 500
const AGAIN_MS = 3000
const PAGE = 40

export class RoomFeed extends EventTarget {
  #asking = false
  #timer = null
  #joinedAt = 0
  #turn = Promise.resolve()

  catchingUp = 0

  constructor({ socket, roomId, epoch, clock, timeline, loadPage }) {
    super()
    Object.assign(this, { socket, roomId, epoch, clock, timeline, loadPage })
    socket.addEventListener("welcome", ({ detail }) => this.#welcomed(detail))
    socket.addEventListener("frame", ({ detail }) => this.#received(detail))
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
    this.clock.raise(version, Date.now())
    this.#catching(0)
    this.dispatchEvent(new Event("anew"))
    this.#watch()
  }

  #welcomed({ epoch }) {
    this.#asking = false
    if (epoch !== this.epoch) return this.#tell("renewed")
    this.#join()
  }

  // Whoever was taken out while the connection was away is told so by the answer.
  async #join() {
    try {
      await this.socket.request({ type: "join_room", room_id: this.roomId }, ["room_joined"])
    } catch (error) {
      if (error.code === "not_found") this.leave("removed")
    }
  }

  // The reader is not in the room any more: `removed`, `left`, or it was `deleted`.
  leave(reason) { this.#tell("gone", reason) }

  #received(frame) {
    const own = frame.room_id === this.roomId || frame.message?.room_id === this.roomId
    if (frame.type === "pong") this.#told(frame.rooms?.[this.roomId])
    else if (own) this[`_${frame.type}`]?.(frame)
  }

  _room_joined({ epoch, version }) {
    if (epoch && epoch !== this.epoch) return this.#tell("renewed")
    this.#joinedAt = version
    const behind = version - this.clock.cursor
    if (behind > TOO_FAR) this.#anew()
    else if (behind > 0) this.#catchUp(behind)
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
  _resync() { this.#anew() }

  // One that nobody asked for ends what the server replayed by itself, from where we joined. Of what lies below it says
  // nothing: that is asked for, or its answer is under way.
  _catch_up_complete({ ref, version }) {
    if (ref || this.#asking) return
    if (this.clock.cursor < this.#joinedAt) return this.#told(version)
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

  // Ask when the hole is old enough, unless it has closed by then.
  #watch() {
    clearTimeout(this.#timer)
    if (this.clock.dueAt === null || this.#asking) return
    this.#timer = setTimeout(() => this.#catchUp(1), Math.max(0, this.clock.dueAt - Date.now()))
  }

  async #catchUp(behind) {
    if (this.#asking || !this.socket.isOpen) return
    this.#asking = true
    this.#catching(behind)
    try {
      while (await this.#page());
      this.#asking = false
    } catch (error) {
      this.#asking = false
      this.#notCaughtUp(error)
    }
    this.#catching(0)
    this.#watch()
  }

  async #page() {
    const ask = { type: "catch_up", room_id: this.roomId, last_seen_version: this.clock.cursor, epoch: this.epoch }
    const answer = await this.socket.request(ask, ["catch_up_complete"], 30_000)
    this.clock.raise(answer.version, Date.now())
    return answer.has_more
  }

  #notCaughtUp(error) {
    if (error.code === "invalid_cursor") this.#anew()
    else if (error.code === "not_found") this.leave("removed")
    else if (error.code !== "disconnected") setTimeout(() => this.#catchUp(1), (error.retryAfter ?? 3) * 1000)
  }

  async #anew() {
    this.#catching(TOO_FAR)
    if (await this.load("anew", this.anchor?.() ?? {})) return
    setTimeout(() => this.socket.isOpen && this.#anew(), AGAIN_MS)
  }

  #catching(count) {
    this.catchingUp = count
    this.#tell("state")
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
