// Requests under way on a socket: answered by a frame that repeats their `ref`.

// `code` is the protocol's, or "disconnected".
export class FrameError extends Error {
  constructor({ code, message, retry_after: retryAfter }) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }
}

const GONE = { code: "disconnected", message: "" }

export class Requests {
  #waiting = new Map()
  #next = 1

  // A promise of the answer, with its `ref`. `types` end it; other frames with that ref belong to it but do not.
  add(types, timeout, onSilence) {
    const ref = `r${this.#next++}`
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(ref, { types, resolve, reject, timer: setTimeout(onSilence, timeout) })
    })
    return Object.assign(answer, { ref })
  }

  answer(frame) {
    const waiting = this.#waiting.get(frame.ref)
    if (!waiting) return
    if (frame.type === "error") this.#end(frame.ref).reject(new FrameError(frame))
    else if (waiting.types.includes(frame.type)) this.#end(frame.ref).resolve(frame)
  }

  failOne(ref) {
    this.#end(ref)?.reject(new FrameError(GONE))
  }

  failAll() {
    for (const ref of [...this.#waiting.keys()]) this.failOne(ref)
  }

  #end(ref) {
    const waiting = this.#waiting.get(ref)
    this.#waiting.delete(ref)
    clearTimeout(waiting?.timer)
    return waiting
  }
}
