// Code and tables that are wider than their message: a tab stop each, as keys could not scroll them otherwise.

const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1
})

export function watchScrolling(article) {
  for (const box of article.querySelectorAll("pre, table")) {
    box.tabIndex = -1
    watcher.observe(box)
  }
}
