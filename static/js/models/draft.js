// What one is writing and where it goes. The two are one, so that no text ever leaves for a room it was not written in.

export class Draft {
  constructor({ roomId, drafts, outbox, now = Date.now, newId = () => crypto.randomUUID() }) {
    Object.assign(this, { roomId, drafts, outbox, now, newId })
  }

  get text() { return this.drafts.get(this.roomId) }
  set text(text) { this.drafts.set(this.roomId, text) }

  // Hand what is written over to be sent, and begin anew. Whether there was anything to send.
  send() {
    const content = this.text
    if (!content.trim()) return false
    this.outbox.add({ clientMessageId: this.newId(), roomId: this.roomId, content, createdAt: this.now() })
    this.text = ""
    return true
  }
}
