"""The first person to open an empty Campfire."""

from playwright.sync_api import Page, expect


def test_every_page_leads_to_setup(page: Page) -> None:
    page.goto("/")

    expect(page).to_have_url("/setup")
