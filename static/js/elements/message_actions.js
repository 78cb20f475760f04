// What one can do with a message: a toolbar on hover and focus, a sheet on long press, keys in the timeline.

import * as api from "../helpers/api.js";
import { word } from "../helpers/words.js";
import { edit } from "./message_editor.js";

// Before the browser's own long press (500 ms) takes the finger away.
const PRESS_MS = 400

export class MessageActions {
  constructor({ element, timeline, socket, me, announcer }) {
    Object.assign(this, { element, timeline, socket, me, announcer })
    this.tools = document.getElementById("tools")
    this.sheet = document.getElementById("sheet")
    this.confirm = document.getElementById("confirm-delete")
    this.#listen()
  }

  #listen() {
    const { element } = this
    element.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.#hovered(event))
    element.addEventListener("pointerleave", () => this.tools.contains(document.activeElement) || this.tools.remove())
    element.addEventListener("focusin", (event) => this.#focused(event.target.closest(".message[data-id]")))
    element.addEventListener("keydown", (event) => this.#key(event))
    element.addEventListener("contextmenu", (event) => this.pressed && event.preventDefault())
    element.addEventListener("touchstart", (event) => this.#press(event), { passive: true })
    for (const name of ["touchend", "touchmove", "touchcancel"]) {
      element.addEventListener(name, (event) => this.#release(event), { passive: name !== "touchend" })
    }
    this.tools.addEventListener("click", (event) => this.#clicked(event, this.tools.closest(".message")))
    this.sheet.addEventListener("click", (event) => this.#clicked(event, this.target))
  }

  #hovered(event) {
    const article = event.target.closest(".message[data-seq]")
    if (article?.dataset.id && !this.tools.contains(document.activeElement)) this.#equip(article)
  }

  #focused(article) {
    if (!article?.dataset.id) return
    for (const other of this.element.querySelectorAll(".message[tabindex='0']")) other.tabIndex = -1
    article.tabIndex = 0
    this.#equip(article)
  }

  #equip(article) {
    if (this.tools.parentElement === article || article.querySelector(".editor")) return
    this.#offer(this.tools, article)
    this.tools.hidden = false
    article.append(this.tools)
  }

  #offer(place, article) {
    for (const own of place.querySelectorAll("[data-own]")) own.hidden = article.dataset.creatorId !== this.me.id
  }

  #press(event) {
    const article = event.target.closest(".message[data-seq]")
    this.pressed = false
    if (!article?.dataset.id || event.target.closest("a, button, textarea")) return
    this.press = setTimeout(() => {
      this.pressed = true
      this.target = article
      this.#offer(this.sheet, article)
      this.sheet.showModal()
    }, PRESS_MS)
  }

  // The click that follows a finger would fall on whatever the sheet put under it.
  #release(event) {
    clearTimeout(this.press)
    if (event.type === "touchend" && this.pressed) event.preventDefault()
  }

  #key(event) {
    const article = event.target.closest(".message")
    if (!article || event.target.closest("textarea")) return
    const onArticle = event.target === article
    const moves = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }
    if (onArticle && moves[event.key]) this.#move(article, moves[event.key])
    else if (onArticle && event.key === "Enter") this.#step(article, 0)
    else if (onArticle && event.key === "e") this.#do("edit", article)
    else if (!onArticle && event.key === "ArrowRight") this.#step(article, 1)
    else if (!onArticle && event.key === "ArrowLeft") this.#step(article, -1)
    else if (!onArticle && event.key === "Escape") article.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #move(article, by) {
    this.#beside(article, by)?.focus()
  }

  #beside(article, by) {
    const articles = [...this.element.querySelectorAll(".messages .message")]
    return articles[articles.indexOf(article) + by]
  }

  // Walk through what a message holds: its actions first, then its links.
  #step(article, by) {
    const inside = [...this.tools.querySelectorAll("button:not([hidden])"), ...article.querySelectorAll(".body a, .when")]
    const at = inside.indexOf(document.activeElement)
    inside[(Math.max(at, 0) + by + inside.length) % inside.length]?.focus()
  }

  #clicked(event, article) {
    const action = event.target.closest("[data-do]")?.dataset.do
    if (!action || !article) return
    if (this.sheet.open) this.sheet.close()
    this.#do(action, article)
  }

  async #do(action, article) {
    const { id, creatorId } = article.dataset
    const own = creatorId === this.me.id
    if (action === "link") this.#copyLink(article)
    if (action === "edit" && own) this.edit(id)
    if (action === "delete" && own) this.#delete(id)
  }

  async #copyLink(article) {
    await navigator.clipboard?.writeText(article.querySelector(".when").href)
    this.announcer.show(word("link_copied"))
  }

  editLast() {
    const own = this.timeline.messages.findLast((message) => message.creator_id === this.me.id)
    if (own) this.edit(own.id)
  }

  async edit(id) {
    const article = this.element.article(id)
    const held = this.timeline.get(id)
    const content = held.content ?? (await api.message(id)).content
    this.tools.remove()
    edit(article, content, (text) =>
      this.socket.request({ type: "edit_message", message_id: id, content: text }, ["message_updated"]),
    )
  }

  #delete(id) {
    this.confirm.returnValue = ""
    this.confirm.addEventListener("close", () => this.#decided(id), { once: true })
    this.confirm.showModal()
  }

  // The dialog closed, its opener may be gone with the pointer: the focus goes on from the message.
  #decided(id) {
    this.element.article(id)?.focus({ preventScroll: true })
    if (this.confirm.returnValue === "delete") this.#deleteNow(id)
  }

  async #deleteNow(id) {
    const article = this.element.article(id)
    const near = this.#beside(article, 1) ?? this.#beside(article, -1) ?? document.getElementById("composer")
    try {
      await this.socket.request({ type: "delete_message", message_id: id }, ["message_deleted"])
      near?.focus({ preventScroll: true })
    } catch (error) {
      this.announcer.show(error.message || word("failed"))
    }
  }
}
