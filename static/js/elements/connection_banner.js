// <connection-banner>: the one place that says how the connection stands.

import { word } from "../helpers/words.js";
import { banner } from "../models/connection.js";

const LINKS = { signed_out: "sign_in", disabled: "sign_in", stopped: "reload", too_many: "reload", renewed: "reload", update: "reload", removed: "leave_page", left: "leave_page", deleted: "leave_page" }

export class ConnectionBanner extends HTMLElement {
  #shown = ""

  // `version` is the server's that made this page; `loadVersion` asks for the one it has now. `leave()` goes elsewhere.
  start({ socket, version, loadVersion, isComposing, leave }) {
    Object.assign(this, { socket, version, loadVersion, isComposing, leave })
    socket.addEventListener("welcome", () => this.#compare())
    socket.addEventListener("state", () => this.#show())
    for (const name of ["online", "offline"]) addEventListener(name, () => this.#show())
    this.addEventListener("click", (event) => this.#clicked(event))
    setInterval(() => this.#show(), 500)
    this.#show()
  }

  // A new version comes with a restart of the server, so with a new connection.
  async #compare() {
    this.newest = await this.loadVersion().catch(() => this.newest)
    this.#show()
  }

  // What is said about a room is about the one that `feed` keeps, until the next.
  watch(feed = null) {
    this.watching?.abort()
    this.watching = new AbortController()
    this.feed = feed
    const { signal } = this.watching
    for (const name of ["state", "gone"]) feed?.addEventListener(name, () => this.#show(), { signal })
    this.#show()
  }

  // The server was restored: nothing in this page is true any more.
  renew() {
    this.renewed = true
    this.#show()
  }

  #show() {
    if (!this.socket) return
    const state = this.#state()
    this.hidden = !state
    if (!state) this.#shown = ""
    else if (this.#shown !== state.key) this.#say(state)
    else this.#count(state)
  }

  #state() {
    if (this.feed?.gone) return { key: this.feed.gone }
    const { stopped, lostAt, nextTryAt } = this.socket
    const catchingUp = this.feed?.catchingUp ?? 0
    const outdated = this.newest && this.newest !== this.version && !this.isComposing()
    const { renewed } = this
    return banner({ stopped, renewed, outdated, onLine: navigator.onLine, lostAt, nextTryAt, catchingUp }, Date.now())
  }

  #say(state) {
    this.#shown = state.key
    const text = document.createElement("span")
    text.className = "banner-text"
    text.textContent = word(state.key, { ...state, seconds: "\u0000" })
    this.replaceChildren(text, ...this.#offer(state.key))
    this.#splitSeconds(text)
    this.#count(state)
  }

  // The seconds count down silently: a live region would read each of them aloud.
  #splitSeconds(text) {
    const [before, after] = text.textContent.split("\u0000")
    if (after === undefined) return
    const seconds = document.createElement("span")
    seconds.className = "seconds"
    seconds.ariaHidden = "true"
    text.replaceChildren(before, seconds, after)
  }

  #count({ seconds, key, count }) {
    const shown = this.querySelector(".seconds")
    if (shown) shown.textContent = seconds
    else if (count) this.querySelector(".banner-text").textContent = word(key, { count })
  }

  #offer(key) {
    if (key === "reconnecting") return [this.#button("try_now")]
    return LINKS[key] ? [this.#button(LINKS[key])] : []
  }

  #button(key) {
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.do = key
    button.textContent = word(key)
    return button
  }

  #clicked(event) {
    const action = event.target.closest("[data-do]")?.dataset.do
    if (action === "try_now") this.socket.wake()
    if (action === "reload") location.reload()
    if (action === "leave_page") this.leave()
    if (action === "sign_in") location.assign(location.href)
  }
}
customElements.define("connection-banner", ConnectionBanner)
