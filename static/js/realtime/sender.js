// Sends what is in the outbox, in order, until each message is acknowledged or refused.

export class Sender {
  #timer = null

  constructor({ socket, outbox }) {
    this.socket = socket
    this.outbox = outbox
    outbox.addEventListener("change", () => this.#soon())
    socket.addEventListener("welcome", () => this.pump())
    socket.addEventListener("state", () => socket.isOpen || outbox.disconnected())
  }

  #soon() {
    clearTimeout(this.#timer)
    this.#timer = null
    queueMicrotask(() => this.pump())
  }

  pump() {
    if (!this.socket.isOpen) return
    const now = Date.now()
    for (const entry of this.outbox.due(now)) this.#send(entry)
    const wakeAt = this.outbox.wakeAt
    if (wakeAt && wakeAt > now) this.#timer ??= setTimeout(() => this.#soon(), wakeAt - now)
  }

  async #send({ clientMessageId, roomId, content }) {
    this.outbox.sending(clientMessageId)
    const frame = { type: "send_message", room_id: roomId, content, client_message_id: clientMessageId }
    try {
      await this.socket.request(frame, ["message_sent"])
      this.outbox.remove(clientMessageId)
    } catch (error) {
      this.#refused(clientMessageId, error)
    }
  }

  #refused(clientMessageId, error) {
    if (error.code === "disconnected") this.outbox.retry(clientMessageId)
    // Too fast, or the database is away for a moment: the server says when.
    else if (error.retryAfter) this.outbox.wait(clientMessageId, Date.now() + error.retryAfter * 1000, error.code)
    else this.outbox.fail(clientMessageId, error.message)
  }
}
