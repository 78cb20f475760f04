// What one can do with a message: a toolbar on hover and focus, a sheet on long press, keys in the timeline.

import * as api from "../helpers/api.js";
import { word } from "../helpers/words.js";
import { Editor } from "./message_editor.js";
import { MessageKeys } from "./message_keys.js";

// Before the browser's own long press (500 ms) takes the finger away.
const PRESS_MS = 400

// One of each for all rooms: they go to the message that is pointed at.
const [tools, sheet, confirm] = ["tools", "sheet", "confirm-delete"].map((id) => document.getElementById(id))
// Only pages that came encrypted, or from this machine, get the clipboard.
for (const place of [tools, sheet]) place.querySelector("[data-do=link]").hidden = !navigator.clipboard

export class MessageActions {
  #editor = null

  constructor({ room, element, outbox, socket, reading, composer, me, announcer }) {
    Object.assign(this, { room, element, outbox, socket, reading, composer, me, announcer, timeline: room.timeline })
    this.keys = new MessageKeys({ element, tools, act: (action, article) => this.#do(action, article) })
    this.#listen()
  }

  #listen() {
    const { element } = this
    element.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.#hovered(event))
    element.addEventListener("pointerleave", () => tools.contains(document.activeElement) || tools.remove())
    element.addEventListener("focusin", (event) => this.#focused(event.target.closest(".message[data-id]")))
    element.addEventListener("contextmenu", (event) => this.pressed && event.preventDefault())
    element.addEventListener("touchstart", (event) => this.#press(event), { passive: true })
    for (const name of ["touchend", "touchmove", "touchcancel"]) {
      element.addEventListener(name, (event) => this.#release(event), { passive: name !== "touchend" })
    }
    element.addEventListener("place", () => this.#rescue())
  }

  // Its messages are in the page, until `signal`: the toolbar and the dialogs, which all share, are theirs.
  show(signal) {
    this.isShown = true
    tools.addEventListener("click", (event) => this.#clicked(event, tools.closest(".message")), { signal })
    sheet.addEventListener("click", (event) => this.#clicked(event, this.target), { signal })
    confirm.addEventListener("close", () => this.#decided(), { signal })
    signal.addEventListener("abort", () => this.#leave())
  }

  #leave() {
    this.isShown = false
    clearTimeout(this.press)
    this.target = this.asked = null
    tools.remove()
  }

  #hovered(event) {
    const article = event.target.closest(".message[data-seq]")
    if (article?.dataset.id && !tools.contains(document.activeElement)) this.#equip(article)
  }

  #focused(article) {
    if (!article?.dataset.id) return
    this.element.stopAt(article)
    this.#equip(article)
  }

  #equip(article) {
    if (tools.parentElement === article || article.querySelector(".editor")) return
    this.#offer(tools, article)
    tools.hidden = false
    article.append(tools)
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
      this.#offer(sheet, article)
      sheet.showModal()
    }, PRESS_MS)
  }

  // The click that follows a finger would fall on whatever the sheet put under it.
  #release(event) {
    clearTimeout(this.press)
    if (event.type === "touchend" && this.pressed) event.preventDefault()
  }

  #clicked(event, article) {
    const action = event.target.closest("[data-do]")?.dataset.do
    if (!action || !article || !this.element.contains(article)) return
    if (sheet.open) sheet.close()
    this.#do(action, article)
  }

  #do(action, article) {
    const { id, creatorId } = article.dataset
    const own = creatorId === this.me.id
    if (action === "link") this.#copyLink(article)
    if (action === "unread") this.#markUnread(article)
    if (action === "edit" && own) this.edit(id)
    if (action === "delete" && own) this.#delete(id)
  }

  async #copyLink(article) {
    await navigator.clipboard.writeText(article.querySelector(".when").href)
    this.announcer.show(word("link_copied"))
  }

  async #markUnread(article) {
    try {
      const count = await this.reading.markUnread(Number(article.dataset.seq))
      this.announcer.show(count ? word("marked_unread", { count }) : word("nothing_unread"))
    } catch (error) {
      this.announcer.show(error.message || word("failed"))
    }
  }

  // The last own message: one that waits to be sent first, as soon as it is there; one that failed, in the box again.
  editLast() {
    const waiting = this.outbox.of(this.room.id).at(-1)
    if (waiting?.state === "failed") return this.#takeBack(waiting)
    if (waiting) return this.#editOnceSent(waiting.clientMessageId)
    const own = this.timeline.messages.findLast((message) => message.creator_id === this.me.id)
    if (own) this.edit(own.id)
  }

  #takeBack({ clientMessageId, content }) {
    this.outbox.remove(clientMessageId)
    this.composer.put(content)
  }

  #editOnceSent(clientMessageId) {
    if (!this.socket.isOpen) this.announcer.show(word("edit_once_sent"))
    const look = () => {
      // Whoever has been elsewhere meanwhile does not expect it any more.
      if (!this.isShown) return this.element.removeEventListener("place", look)
      const sent = this.timeline.messages.findLast((message) => message.client_message_id === clientMessageId)
      if (!sent && this.outbox.get(clientMessageId)) return
      this.element.removeEventListener("place", look)
      // Whoever has gone on writing meanwhile is not interrupted.
      if (sent && this.composer.isEmpty) this.edit(sent.id)
    }
    this.element.addEventListener("place", look)
  }

  async edit(id) {
    const held = this.timeline.get(id)
    try {
      const content = held.content ?? (await api.message(id)).content
      const article = this.element.article(id)
      tools.remove()
      const save = (text) => this.socket.request({ type: "edit_message", message_id: id, content: text }, ["message_updated"])
      if (article && !article.querySelector(".editor")) this.#editor = new Editor(article, content, { save, done: () => this.composer.focus() })
    } catch (error) {
      this.announcer.show(error.message || word("failed"))
    }
  }

  get isEditing() { return this.#editor?.isOpen ?? false }

  // The message went while it was being edited, deleted elsewhere: what was written is worth keeping.
  #rescue() {
    if (!this.isEditing || this.#editor.isInPage) return
    const { text, changed } = this.#editor
    this.#editor = null
    if (changed && this.composer.isEmpty) this.composer.put(text)
    else this.composer.focus()
    this.announcer.show(word(changed ? "edited_gone_kept" : "edited_gone"))
  }

  #delete(id) {
    this.asked = id
    confirm.returnValue = ""
    confirm.showModal()
  }

  // The dialog closed, its opener may be gone with the pointer: the focus goes on from the message. The news of a
  // closing may come late, when the dialog is open again for another question: then it says nothing.
  #decided() {
    const id = this.asked
    if (confirm.open || !id) return
    this.asked = null
    this.element.article(id)?.focus({ preventScroll: true })
    if (confirm.returnValue === "delete") this.#deleteNow(id)
  }

  async #deleteNow(id) {
    const article = this.element.article(id)
    const near = this.keys.beside(article, 1) ?? this.keys.beside(article, -1) ?? this.composer.box
    try {
      await this.socket.request({ type: "delete_message", message_id: id }, ["message_deleted"])
      near?.focus({ preventScroll: true })
    } catch (error) {
      this.announcer.show(error.message || word("failed"))
    }
  }
}
