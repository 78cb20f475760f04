"""`@Name` in a text: who could be meant, who is, and where the name ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.names import name_key
from chat.rules.markdown import render_markdown
from chat.rules.mentions import Person, candidates, match_at

pytestmark = pytest.mark.sqlite

ADA = Person(1, "00000000-0000-7000-8000-000000000001", "Ada Lindqvist")
A = Person(4, "00000000-0000-7000-8000-000000000004", "a")
B_A = Person(5, "00000000-0000-7000-8000-000000000005", "b a")
ADAM = Person(2, "00000000-0000-7000-8000-000000000002", "Ada")
ELSE = Person(3, "00000000-0000-7000-8000-000000000003", "Åsa Ek")


def test_candidates_are_the_words_after_an_at() -> None:
    assert candidates("hi @Ada Lindqvist, hello") >= {"ada", "ada lindqvist", "ada lindqvist,"}
    assert candidates("mail ada@example.com") == set()
    assert candidates("@ nobody") == set()
    assert candidates("nothing") == set()


@pytest.mark.parametrize("content", ["@Ada's idea", "@Ada/Ben", "@Ada—look", "(@Ada)", "@Ada,", "**@Ada**", "@Ada@Ben"])
def test_a_name_ends_where_no_letter_follows(content: str) -> None:
    assert "ada" in candidates(content)
    assert render_markdown(content, (ADAM,)).mentioned == (ADAM,)


def test_candidates_of_a_flood_are_few() -> None:
    assert len(candidates(" ".join(f"@p{number} a b c" for number in range(3000)))) < 220


@given(st.text(alphabet="abÅ .,@", max_size=40))
def test_every_mention_that_is_rendered_was_a_candidate(content: str) -> None:
    for person in render_markdown(content, (A, B_A)).mentioned:
        assert name_key(person.name) in candidates(content)


def test_the_longest_name_wins() -> None:
    assert match_at("@Ada Lindqvist", 1, (ADAM, ADA)) == (ADA, 14)
    assert match_at("@Ada Lind", 1, (ADAM, ADA)) == (ADAM, 4)
    assert match_at("@Adam", 1, (ADAM, ADA)) is None


def test_case_and_form_do_not_matter() -> None:
    assert match_at("@ÅSA EK", 1, (ELSE,)) == (ELSE, 7)


def test_a_mention_is_marked_and_listed_once() -> None:
    rendered = render_markdown("@Ada Lindqvist and again @ada lindqvist!", (ADA,))

    assert rendered.mentioned == (ADA,)
    assert rendered.html.count(f'data-user-id="{ADA.uuid}"') == 2


@pytest.mark.parametrize("content", ["`@Ada`", "```\n@Ada\n```", "mail x@Ada", "@Adam"])
def test_code_addresses_and_other_names_are_no_mentions(content: str) -> None:
    assert render_markdown(content, (ADAM,)).mentioned == ()
