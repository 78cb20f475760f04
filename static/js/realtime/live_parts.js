// Parts of a page that the server renders again when something changes: <… id="…" data-live="frame types">.
//
// `data-only-room` and `data-only-user` leave out frames about another room or person. What somebody is filling in
// stays as it is.

import { MAIN_ONLY } from "../helpers/api.js";

const SOON_MS = 300

export class LiveParts {
  #served = new WeakMap()
  #waiting = new Set()
  #welcomed = false

  constructor(socket) {
    this.learn()
    socket.addEventListener("frame", ({ detail }) => this.#heard(detail))
    socket.addEventListener("welcome", () => this.#back())
    document.addEventListener("visibilitychange", () => document.hidden || this.#back())
  }

  // Parts that have come into the page stand in it as the server rendered them.
  learn() {
    for (const part of this.#parts()) if (!this.#served.has(part)) this.#served.set(part, part.innerHTML)
  }

  #parts() { return [...document.querySelectorAll("[data-live]")] }

  #heard(frame) {
    for (const part of this.#parts()) if (concerns(part, frame)) this.#soon(part)
  }

  // What happened during an interruption was not heard of, and who came into a room or left it is told to nobody else:
  // whoever comes back sees the page as it is. What stands around it may wait for the next one.
  #back() {
    if (this.#welcomed) for (const part of this.#parts()) if (part.closest("#main")) this.#soon(part)
    this.#welcomed = true
  }

  #soon(part) {
    this.#waiting.add(part)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.#loadWaiting(), SOON_MS)
  }

  #loadWaiting() {
    const waiting = this.#waiting
    this.#waiting = new Set()
    return this.load(waiting)
  }

  // Load the page's address anew and show `parts` of it; one after the other, so that the newest is shown last.
  load(parts) {
    this.loading = (this.loading ?? Promise.resolve()).catch(() => {}).then(() => this.#load(parts))
    return this.loading
  }

  async #load(parts) {
    const address = location.href
    const headers = [...parts].every((part) => part.closest("#main")) ? MAIN_ONLY : {}
    const response = await fetch(address, { headers: { Accept: "text/html", ...headers } }).catch(() => null)
    if (location.href !== address) return
    // Deleted, or one was taken out of it: the server's own page says so.
    if (response?.status === 404) return location.reload()
    if (!response?.ok) return
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    for (const part of parts) this.#show(part, page.getElementById(part.id))
  }

  #show(part, fresh) {
    if (!fresh || !part.isConnected || isBusy(part)) return
    if (!this.#served.has(part)) this.#served.set(part, part.innerHTML)
    if (withoutTokens(fresh.innerHTML) === withoutTokens(this.#served.get(part))) return
    this.#served.set(part, fresh.innerHTML)
    const back = wayBack(part)
    part.replaceChildren(...fresh.childNodes)
    back?.()
  }
}

function concerns(part, frame) {
  const { live, onlyRoom, onlyUser } = part.dataset
  if (!live.split(" ").includes(frame.type)) return false
  if (frame.type === "room_activity" && frame.change !== "room") return false
  return !(onlyRoom && frame.room_id && frame.room_id !== onlyRoom) && !(onlyUser && frame.user_id && frame.user_id !== onlyUser)
}

// Each rendering masks the form's token anew, which is no change.
const withoutTokens = (html) => html.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1")

function isBusy(part) {
  if (part.querySelector(":popover-open")) return true
  return [...part.querySelectorAll("input, textarea, select")].some(isFilledIn)
}

function isFilledIn(control) {
  if (control.type === "hidden") return false
  if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked
  return "defaultValue" in control && control.value !== control.defaultValue
}

// Puts the focus where it was: on the control of the same place, or on the part's first one.
function wayBack(part) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null
  if (!focused) return null
  const reachable = "a[href], button, input:not([type=hidden]), textarea"
  const at = [...part.querySelectorAll(reachable)].indexOf(focused)
  return () => {
    const now = [...part.querySelectorAll(reachable)]
    ;(now[at] ?? now.at(-1))?.focus()
  }
}
