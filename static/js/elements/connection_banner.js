// <connection-banner>: the one place that says how the connection stands.

import { word } from "../helpers/words.js";
import { banner } from "../models/connection.js";

const LINKS = { signed_out: "sign_in", disabled: "sign_in", stopped: "reload", too_many: "reload", renewed: "reload", gone: "leave_page" }

export class ConnectionBanner extends HTMLElement {
  #shown = ""

  start({ socket, feed }) {
    Object.assign(this, { socket, feed })
    for (const source of [socket, feed]) source.addEventListener("state", () => this.#show())
    for (const name of ["online", "offline"]) addEventListener(name, () => this.#show())
    feed.addEventListener("renewed", () => this.#end({ renewed: true }))
    feed.addEventListener("gone", () => this.#end({ gone: true }))
    this.addEventListener("click", (event) => this.#clicked(event))
    setInterval(() => this.#show(), 500)
    this.#show()
  }

  #end(how) {
    Object.assign(this, how)
    this.#show()
  }

  #show() {
    const state = this.#state()
    this.hidden = !state
    if (!state) this.#shown = ""
    else if (this.#shown !== state.key) this.#say(state)
    else this.#count(state)
  }

  #state() {
    if (this.gone) return { key: "gone" }
    const { stopped, lostAt, nextTryAt } = this.socket
    const { catchingUp } = this.feed
    return banner({ stopped, renewed: this.renewed, onLine: navigator.onLine, lostAt, nextTryAt, catchingUp }, Date.now())
  }

  #say(state) {
    this.#shown = state.key
    const text = document.createElement("span")
    text.className = "banner-text"
    text.textContent = word(state.key === "gone" ? "removed" : state.key, { ...state, seconds: "\u0000" })
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
    if (action === "leave_page") location.assign("/")
    if (action === "sign_in") location.assign(location.href)
  }
}
customElements.define("connection-banner", ConnectionBanner)
