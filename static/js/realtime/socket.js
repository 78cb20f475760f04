// The one socket: connects, comes back with jitter, pings, and matches answers to requests by `ref`.
//
// Events: "frame" (detail: a frame), "welcome" (detail: its frame), "state" (the connection came, went or stopped).

import { backoff, reasonToStay } from "../models/connection.js";
import { Requests } from "./requests.js";

const HANDSHAKE_MS = 10_000
const PONG_MS = 8000

export class Socket extends EventTarget {
  #socket = null
  #requests = new Requests()
  #attempt = 0
  #timers = {}
  #beat = 25_000
  #restartDelay = null

  isOpen = false
  // It was cut off or refused, and tries again.
  isAway = false
  stopped = null
  lostAt = Date.now()
  nextTryAt = 0

  constructor(url, isSignedOut) {
    super()
    this.url = url
    this.isSignedOut = isSignedOut
  }

  open() {
    if (this.stopped || this.#socket) return
    this.#clear("retry")
    this.nextTryAt = 0
    const socket = new WebSocket(this.url)
    this.#socket = socket
    socket.onmessage = ({ data }) => socket === this.#socket && this.#received(JSON.parse(data))
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code)
    this.#timers.handshake = setTimeout(() => this.#drop(), HANDSHAKE_MS)
    this.#tell()
  }

  // Leave for good, as when the page goes away; `open` starts again.
  close() {
    this.#forget()
    this.#clear("retry")
  }

  // Try at once, or see whether the connection is still alive: the network is back, or the page visible.
  wake() {
    if (this.isOpen) this.#ping()
    else if (!this.#socket) this.open()
  }

  // The network says that it is gone: do not wait for the connection to find out.
  doubt() { this.#drop() }

  send(frame) {
    if (this.isOpen) this.#socket.send(JSON.stringify(frame))
    return this.isOpen
  }

  // Send and wait for the answer of one of `types`. Rejects with `FrameError`; a silent server counts as gone.
  request(frame, types, timeout = 10_000) {
    const answer = this.#requests.add(types, timeout, () => this.#drop())
    if (!this.send({ ...frame, ref: answer.ref })) this.#requests.failOne(answer.ref)
    return answer
  }

  // The answer to a request is of no concern any more: it rejects as if the connection were gone.
  forget({ ref }) { this.#requests.failOne(ref) }

  #received(data) {
    for (const frame of Array.isArray(data) ? data : [data]) {
      if (frame.type === "welcome") this.#welcomed(frame)
      if (frame.type === "pong") this.#clear("pong")
      if (frame.type === "server_restarting") this.#restartDelay = frame.delay_ms
      this.dispatchEvent(new CustomEvent("frame", { detail: frame }))
      this.#requests.answer(frame)
    }
  }

  #welcomed(frame) {
    this.#clear("handshake")
    this.#attempt = 0
    this.isOpen = true
    this.isAway = false
    this.lostAt = null
    this.#beat = (frame.heartbeat_interval ?? 25) * 1000
    this.#timers.beat = setInterval(() => this.#ping(), this.#beat)
    this.dispatchEvent(new CustomEvent("welcome", { detail: frame }))
    this.#tell()
  }

  #ping() {
    if (this.#timers.pong) return
    this.send({ type: "ping", timestamp: String(Date.now()) })
    this.#timers.pong = setTimeout(() => this.#drop(), PONG_MS)
  }

  // Do not wait for a close that a dead network never delivers.
  #drop() {
    if (this.#socket) this.#lost(1006)
  }

  async #lost(code) {
    const wasOpen = this.isOpen
    this.#forget()
    this.stopped = reasonToStay(code)
    if (!this.stopped) this.#comeBack()
    this.#tell()
    // A refused handshake looks like any other failure: only the API can tell that the session is over.
    if (!wasOpen && !this.stopped && (await this.isSignedOut())) this.stop("signed_out")
  }

  stop(reason) {
    this.#forget()
    this.#clear("retry")
    this.stopped = reason
    this.#tell()
  }

  #forget() {
    const socket = this.#socket
    this.#socket = null
    this.isOpen = false
    this.lostAt ??= Date.now()
    for (const name of ["handshake", "pong", "beat"]) this.#clear(name)
    socket?.close(1000)
    this.#requests.failAll()
  }

  #comeBack() {
    this.isAway = true
    const delay = this.#restartDelay ?? backoff(this.#attempt++)
    this.#restartDelay = null
    this.nextTryAt = Date.now() + delay
    this.#timers.retry = setTimeout(() => this.open(), delay)
  }

  #clear(name) {
    clearTimeout(this.#timers[name])
    this.#timers[name] = null
  }

  #tell() {
    this.dispatchEvent(new Event("state"))
  }
}
