"""Initial passwords: what a policy makes, and that every draw is as likely as any other."""

from __future__ import annotations

import math
import pickle
import re
from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.errors import Usage
from misconsole.rules import names, passwords, suitable
from misconsole.rules.options import SchoolOptions
from misconsole.rules.passwords import Password, Passwords, Policy

SOUND_ALIKE = re.findall(
    r"[a-z]+",
    "see sea bear bare pear pair deer dear hare hair flour flower sun son tail tale sail sale night knight "
    "week weak meat meet bee be eye ant aunt mail male nose toe tow road rode plane plain rain reign right "
    "write sauce source stair stare steel steal tea tee tide tied wait weight waist waste whale wail wheel "
    "wood would berry bury board bored bread bred cent scent cheap creek creak dew due fair fare feat feet "
    "flea flee gate gait great grate guest heel heal herd heard hole whole hour our key quay knot not leek "
    "leak maid made mane main maze maize mist missed one won pail pale pane pain paw poor pour pore peace "
    "piece peak pie pole poll queue red read ring wring role roll root route rose rows sew sow soar sore saw "
    "sole soul stalk stork story storey sword throne thrown toad towed two too vain vein wave waive way "
    "weigh whine wine yolk blue blew bough bow boy buoy brake break cereal serial cord chord court caught "
    "four for eight ate new knew gnu none nun oar plum plumb ruff rough seam seem shore sure side sighed "
    "slay sleigh stake steak stile style suite sweet tire tyre wade ware wear where which witch canter "
    "cantor lever rota rotor meter metre curb kerb gopher finish grater greater",
)


class Counted:
    """A source that answers in turn and knows how often it was asked."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    def __call__(self, below: int) -> int:
        self.asked.append(below)
        return self.answers.pop(0) % below if self.answers else 0


class TestWords:
    def test_P3_the_list_is_long_plain_and_in_order(self) -> None:
        words = passwords.words()
        assert len(words) >= 1500 and list(words) == sorted(set(words))
        assert all(re.fullmatch(r"[a-z]{3,6}", word) for word in words)

    def test_no_word_sounds_like_another_or_is_a_name(self) -> None:
        words = set(passwords.words())
        assert not words & set(SOUND_ALIKE)
        called = {each for line in (suitable.FILE.with_name("names.csv")).read_text().lower().split("\n")
                  for each in re.findall("[a-z]+", line)}  # fmt: skip
        assert not words & called

    def test_no_word_begins_like_a_one(self) -> None:
        assert not [word for word in passwords.words() if word[0] == "i"]

    def test_nothing_unsuitable_in_a_word_or_where_two_stand_side_by_side(self) -> None:
        words = passwords.words()
        bad = [line for line in suitable.FILE.read_text().split("\n") if line and not line.startswith("#")]
        assert not set(words) & set(bad)
        assert not [(word, term) for word in words for term in bad if len(term) > 3 and term in word]
        ends = {term[:i] for term in bad for i in range(1, len(term))}
        by_end = {end: [word for word in words if word.endswith(end)] for end in ends}
        for term in bad:
            for i in range(1, len(term)):
                begins = [word for word in words if word.startswith(term[i:])]
                assert not (by_end[term[:i]] and begins), (term, by_end[term[:i]][:3], begins[:3])

    def test_the_check_above_finds_what_it_looks_for(self) -> None:
        """Were one of these words in the list, some other would stand badly beside it."""
        assert any(word.startswith("gen") for word in passwords.words())
        assert "sample" not in passwords.words(), "the example is nobody's password"


class TestPolicies:
    @pytest.mark.parametrize("kind", passwords.KINDS)
    def test_P3_the_defaults_are_long_enough_and_of_three_kinds_of_character(self, kind: str) -> None:
        policy = passwords.parse(passwords.DEFAULTS[kind])
        made = passwords.make(policy, Counted(), own=()).reveal()
        assert len(made) >= policy.shortest >= 8
        assert kinds_of(made) >= 3 and str(policy) == passwords.DEFAULTS[kind]
        assert made[0].isalpha(), "no spreadsheet takes it for a formula"

    def test_older_people_get_what_is_harder_to_guess(self) -> None:
        bits = [passwords.parse(passwords.DEFAULTS[kind]).bits for kind in passwords.KINDS]
        assert bits == sorted(bits) and bits[0] >= 18 and bits[-1] >= 40

    def test_the_bits_told_are_those_of_the_draws(self) -> None:
        policy = passwords.parse("words=2 digits=3")
        source = Counted()
        passwords.make(policy, source)
        assert math.isclose(policy.bits, sum(map(math.log2, source.asked)))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("words=1", "too few kinds"), ("words=0", "from 1 to 6"), ("words=2 words=3", "given once"),
            ("digits=4", "how many words"), ("words=1 digits=8 least=30", "cannot reach"),
            ("words=1 digits=1 classes=1", "cannot reach"), ("word=3", "not part of"),
            ("words=-1", "not part of"),
            ("words=1 digits=2 least=4", "from 8"), ("words=٣", "not part of"), ("", "how many words"),
        ],
    )  # fmt: skip
    def test_what_will_not_do_is_told(self, text: str, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            passwords.parse(text)

    def test_a_school_sets_its_own_and_is_told_what_is_wrong(self) -> None:
        options = SchoolOptions().with_settings({"password_infants": "words=1 digits=2"})
        assert options.password_infants == "words=1 digits=2"
        with pytest.raises(Usage, match="too few kinds"):
            options.with_settings({"password_staff": "words=1"})
        with pytest.raises(Usage, match="lines"):
            options.with_settings({"first_steps": "|".join("abcdefg")})

    def test_no_policy_that_is_taken_is_easy_to_guess(self) -> None:
        """The weakest leaves thirty thousand to guess at, where a directory locks after ten."""
        taken = []
        for words, digits, least, classes in product(range(1, 7), range(9), (8, 14, 30), (1, 2, 3)):
            policy = Policy(words=words, digits=digits, least=least, classes=classes)
            try:
                taken.append(passwords.parse(str(policy)))
            except ValueError:
                continue
        assert len(taken) > 300 and min(policy.bits for policy in taken) >= 15
        assert all(len(passwords.make(policy, Counted()).reveal()) >= policy.least for policy in taken)

    @pytest.mark.parametrize(
        ("role", "group", "country", "kind"),
        [
            ("pupil", "N2", "england", "infants"), ("pupil", "R", "england", "infants"),
            ("pupil", "2", "england", "infants"), ("pupil", "3", "england", "juniors"),
            ("pupil", "6", "england", "juniors"), ("pupil", "7", "england", "seniors"),
            ("pupil", None, "england", "seniors"), ("pupil", "P2", "scotland", "infants"),
            ("pupil", "P7", "scotland", "seniors"), ("staff", None, "england", "staff"),
            ("other", "5", "england", "staff"),
        ],
    )  # fmt: skip
    def test_whose_policy(self, role: str, group: str | None, country: str, kind: str) -> None:
        assert passwords.kind_of(role, group, country=country) == kind

    def test_the_example_is_what_no_draw_makes(self) -> None:
        for text in passwords.DEFAULTS.values():
            assert "sample" in passwords.example(passwords.parse(text)).lower()


def kinds_of(text: str) -> int:
    return sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))


class TestDraws:
    def test_every_word_and_digit_is_drawn_by_one_question_of_its_own(self) -> None:
        policy = Policy(words=1, digits=2)
        pool = passwords.pool(policy.fewest_letters)
        found: Counter[str] = Counter()
        for n, first, second in product(range(len(pool)), range(8), range(8)):
            source = Counted(n, first, second)
            found[passwords.make(policy, source).reveal()] += 1
            assert source.asked == [len(pool), 8, 8]
        assert len(found) == len(pool) * 64 and set(found.values()) == {1}, "each as likely as any other"

    @given(st.lists(st.integers(0, 10**6), min_size=40, max_size=40), st.sampled_from(passwords.KINDS))
    def test_whatever_is_drawn_keeps_the_policy(self, drawn: list[int], kind: str) -> None:
        policy = passwords.parse(passwords.DEFAULTS[kind])
        source = Counted(*drawn)
        made = passwords.make(policy, source).reveal()
        assert len(source.asked) == policy.words + policy.digits
        assert len(made) >= 8 and kinds_of(made) >= 3
        assert not set(made) & set("01=+@ ") and made[0] != "-"
        assert made[0].isupper() == policy.capital and made[1:] == made[1:].lower()

    def test_nobodys_own_name_username_or_school_is_in_it(self) -> None:
        own = ("Castle Lamprey", "b.ridge", "The Garden School")
        for n in range(len(passwords.words())):
            made = passwords.make(Policy(words=3), Counted(n, n + 1, n + 2), own=own).reveal().lower()
            assert not {"castle", "ridge", "garden", "school", "lamp"} & set(made.split("-"))

    def test_an_accent_in_the_name_hides_nothing(self) -> None:
        own = ("Zoë Líon",)
        pool = passwords.pool(3)
        made = passwords.make(Policy(words=3), Counted(pool.index("linen")), own=own).reveal()
        assert names.fold("Líon") not in made.lower()

    def test_no_two_in_one_hand_out_are_alike(self) -> None:
        policy = Policy(words=1, digits=2)
        first = passwords.make(policy, Counted(0, 0, 0)).reveal()
        source = Counted(0, 0, 0, 0, 0, 1)
        again = passwords.make(policy, source, taken={first}).reveal()
        assert first != again and len(source.asked) == 6

    def test_too_many_people_for_a_policy_is_told_and_does_not_hang(self) -> None:
        policy = Policy(words=1, digits=2)
        with pytest.raises(ValueError, match="too few passwords"):
            passwords.make(policy, Counted(), taken={passwords.make(policy, Counted()).reveal()})


def test_a_password_never_shows_itself() -> None:
    secret = Password("castle-lamp42")
    many = Passwords({1: "castle-lamp42"})
    for shown in (repr(secret), str(secret), f"{secret}", repr(many), str(many), repr({"a": secret})):
        assert "castle" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.reveal() == "castle-lamp42" and many[1] == "castle-lamp42"
