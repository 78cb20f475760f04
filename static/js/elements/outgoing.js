// One's own messages below the timeline until the server has them: pending, queued, failed.

import { fillPending, make } from "../helpers/message_view.js";
import { arrange, clone } from "../helpers/templates.js";
import { word } from "../helpers/words.js";
import { standing } from "../models/grouping.js";
import { dayOf } from "../helpers/dates.js";

const CLOCK_MS = 1000

export class Outgoing {
  #articles = new Map()

  constructor(container, outbox, roomId, me) {
    Object.assign(this, { container, outbox, roomId, me })
    container.addEventListener("click", (event) => this.#clicked(event))
  }

  // Hand over the element of a message that has arrived.
  take(clientMessageId) {
    const article = this.#articles.get(clientMessageId)
    this.#articles.delete(clientMessageId)
    this.outbox.remove(clientMessageId)
    return article
  }

  paint(last, hidden) {
    const entries = this.outbox.of(this.roomId)
    const keep = new Set(entries.map((entry) => entry.clientMessageId))
    for (const id of this.#articles.keys()) if (!keep.has(id)) this.#articles.delete(id)
    let above = last
    const nodes = entries.map((entry) => {
      const article = this.#article(entry)
      const item = { creatorId: this.me.id, createdAt: new Date(entry.createdAt) }
      article.classList.toggle("first", standing(above, item, dayOf).first)
      above = item
      return article
    })
    arrange(this.container, nodes)
    this.container.hidden = hidden
    this.showStates()
  }

  #article(entry) {
    let article = this.#articles.get(entry.clientMessageId)
    if (!article) {
      article = make()
      fillPending(article, entry, this.me)
      this.#articles.set(entry.clientMessageId, article)
    }
    return article
  }

  // What each is waiting for, as of now.
  showStates() {
    for (const entry of this.outbox.of(this.roomId)) {
      const article = this.#articles.get(entry.clientMessageId)
      if (article) this.#show(article, entry)
    }
  }

  #show(article, entry) {
    const failed = entry.state === "failed"
    article.classList.toggle("failed", failed)
    article.classList.toggle("pending", !failed)
    const text = this.#text(entry)
    const shown = article.querySelector(".state")
    if (!text || shown?.classList.contains("failed-why") !== failed) shown?.remove()
    if (!text) return
    const state = article.querySelector(".state") ?? article.appendChild(clone(failed ? "failure-template" : "state-template"))
    const target = state.querySelector(".state-text")
    if (target.textContent !== text) target.textContent = text
  }

  #text({ state, reason, retryAt, createdAt }) {
    const now = Date.now()
    if (state === "failed") return word("not_sent", { reason })
    const seconds = Math.ceil((retryAt - now) / 1000)
    if (seconds > 0) return word(reason === "rate_limited" ? "waiting" : "trying_again", { seconds })
    if (now - createdAt < CLOCK_MS) return ""
    return word(state === "sending" ? "sending" : "queued")
  }

  #clicked(event) {
    const action = event.target.closest("[data-do]")?.dataset.do
    const id = event.target.closest(".message")?.dataset.clientId
    if (action === "retry") this.outbox.retry(id)
    if (action === "discard") this.outbox.remove(id)
    if (action === "copy") navigator.clipboard?.writeText(this.outbox.get(id).content)
  }
}
