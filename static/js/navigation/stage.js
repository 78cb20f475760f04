// The one place where a screen is shown: a room or another page, with everything around it that follows from which.

import { showUnread } from "../helpers/title.js";

export class Stage {
  #screen = null

  constructor({ banner, sidebar, list, unread, parts, announcer }) {
    Object.assign(this, { banner, sidebar, list, unread, parts, announcer })
    sidebar.addEventListener("unread", () => this.showUnread())
  }

  get screen() { return this.#screen }
  get isComposing() { return this.#screen?.isComposing ?? false }

  // The screen that the server has rendered.
  start(screen) { this.#put(screen) }

  // Show `screen` in place of the one before; answers where the reader was in that. The focus goes on in it, and its
  // name is said once.
  show(screen, { place, by, said = screen.name }) {
    this.#close()
    const left = this.#screen.hide()
    this.#screen.main.replaceWith(screen.main)
    this.#put(screen, place)
    screen.focus(by)
    this.announcer.clear()
    this.announcer.say(said)
    return left
  }

  // Menus and dialogs are about what was there before.
  #close() {
    document.querySelector(":popover-open")?.hidePopover()
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close()
  }

  #put(screen, place) {
    this.#screen = screen
    screen.main.querySelector(".bar").after(this.banner)
    this.banner.watch(screen.feed)
    this.list.current = screen.info?.id ?? ""
    screen.show(place)
    this.parts.learn()
    this.showUnread()
  }

  // The rest of a screen has come that was there before what it shows.
  arrived(screen, main) {
    screen.arrive(main)
    screen.main.querySelector(".bar").after(this.banner)
    this.banner.watch(screen.feed)
    this.parts.learn()
    this.showUnread()
  }

  // What the screen is called has changed.
  named(screen) {
    if (screen === this.#screen) this.showUnread()
  }

  showUnread() {
    const { total } = this.unread
    showUnread(total, this.#screen.title)
    const badge = this.#screen.main.querySelector(".back-badge")
    if (badge) badge.hidden = total - this.unread.get(this.#screen.info?.id).unread <= 0
  }
}
