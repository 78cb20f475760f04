// How much is unread, where a tab shows it: its title, its icon, the installed app's badge.

export function showUnread(total, title) {
  document.title = total ? `(${total}) ${title}` : title
  const icon = document.querySelector("link[rel=icon]")
  const wanted = total ? icon.dataset.unread : icon.dataset.quiet
  if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted)
  if (total) navigator.setAppBadge?.(total).catch(() => {})
  else navigator.clearAppBadge?.().catch(() => {})
}
